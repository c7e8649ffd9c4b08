/** Why there is no answer. `why` is a fixed phrase and never holds content. */
export class Fault extends Error {
  constructor(
    readonly why: string,
    /** False where the server certainly did nothing with the request. */
    readonly sent = true,
    /** True where asking again would give the same. */
    readonly permanent = false,
  ) {
    super(why);
    this.name = "Fault";
  }
}
