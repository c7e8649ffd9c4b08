// The dashboard works without this file. It adds local time, keys, copy buttons and the live feed.
"use strict";
(() => {
  const $ = (q, el = document) => el.querySelector(q);
  const $$ = (q, el = document) => Array.from(el.querySelectorAll(q));
  document.documentElement.classList.add("scripted");

  // Local time. The server prints UTC; the title keeps the exact moment.
  const two = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const forms = {
    clock: new Intl.DateTimeFormat([], { ...two, second: "2-digit" }),
    day: new Intl.DateTimeFormat([], { month: "short", day: "numeric" }),
    hm: new Intl.DateTimeFormat([], two),
    full: new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "long" }),
  };
  const ago = (ms) => {
    const s = Math.max(0, ms / 1000);
    if (s < 2) return "now";
    if (s < 60) return `${Math.floor(s)} s ago`;
    if (s < 3600) return `${Math.floor(s / 60)} min ago`;
    if (s < 48 * 3600) return `${Math.floor(s / 3600)} h ago`;
    return `${Math.floor(s / 86400)} d ago`;
  };
  const showTime = (el) => {
    const t = new Date(el.dateTime);
    if (Number.isNaN(t.getTime())) return;
    const form = el.dataset.form;
    const ms = String(t.getMilliseconds()).padStart(3, "0");
    if (form === "ago") el.textContent = ago(Date.now() - t);
    else if (form === "hm") el.textContent = forms.hm.format(t);
    else if (form === "md") el.textContent = forms.day.format(t);
    else {
      const today = t.toDateString() === new Date().toDateString();
      const time = forms.clock.format(t) + (form === "stamp" ? `.${ms}` : "");
      el.textContent = today ? time : `${forms.day.format(t)} ${time}`;
    }
    el.title = `${forms.full.format(t)} · ${el.dateTime}`;
  };
  const showTimes = (root = document) => $$("time[data-form]", root).forEach(showTime);
  showTimes();
  setInterval(() => $$('time[data-form="ago"]').forEach(showTime), 10000);

  // Copy buttons.
  const svg = (name, attributes) => {
    const el = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([k, v]) => el.setAttribute(k, v));
    return el;
  };
  const copyIcon = svg("svg", { class: "i", viewBox: "0 0 16 16", "aria-hidden": "true" });
  copyIcon.append(svg("rect", { x: 5.5, y: 5.5, width: 8, height: 8, rx: 1.2 }), svg("path", { d: "M10.5 3.2v-.7h-8v8h.7" }));
  $$("[data-copy]").forEach((el) => {
    const button = document.createElement("button");
    button.type = "button";
    const block = el.tagName === "PRE";
    button.className = block ? "copy" : "copy copy-in";
    const say = (word) => {
      button.title = word;
      if (block || word !== "Copy") button.textContent = word;
      else button.replaceChildren(copyIcon.cloneNode(true));
    };
    button.setAttribute("aria-label", "Copy");
    say("Copy");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(el.dataset.copy || el.dataset.text);
        say("Copied");
      } catch {
        say("Not allowed");
      }
      setTimeout(() => say("Copy"), 1500);
    });
    el.dataset.text = el.textContent;
    if (block) {
      const box = document.createElement("div");
      box.className = "copy-box";
      el.replaceWith(box);
      box.append(el, button);
    } else el.append(button);
  });

  // Keys.
  const rowLinks = () => $$("[data-row] .row-link");
  const move = (by) => {
    const links = rowLinks();
    if (!links.length) return;
    const at = links.findIndex((a) => a.closest("[data-row]").contains(document.activeElement));
    const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  let leader = 0;
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return;
    const typing = e.target.closest && e.target.closest("input:not([type=checkbox]), select, textarea");
    if (typing) {
      if (e.key === "Escape") e.target.blur();
      return;
    }
    const dialog = $("#keys");
    if (dialog.open) return;
    if (leader && Date.now() - leader < 1200) {
      leader = 0;
      const room = $(`.rooms a[data-key="${CSS.escape(e.key)}"]`);
      if (room) { e.preventDefault(); room.click(); }
      return;
    }
    const step = (name) => { const a = $(`[data-page="${name}"]`); if (a) { e.preventDefault(); a.click(); } };
    switch (e.key) {
      case "/": { const f = $("[data-filter]"); if (f) { e.preventDefault(); f.focus(); f.select(); } break; }
      case "j": move(1); break;
      case "k": move(-1); break;
      case "g": leader = Date.now(); break;
      case "?": e.preventDefault(); dialog.showModal(); break;
      case "n": if (fresh && !fresh.hidden) fresh.click(); break;
      case "[": step("prev"); break;
      case "]": step("next"); break;
      case "Escape": if (document.activeElement) document.activeElement.blur(); break;
    }
  });

  // Menus that open over the page close when one clicks elsewhere.
  document.addEventListener("click", (e) => {
    $$("details.more[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
  });

  // Forms send no empty fields, so that addresses stay short.
  $$("form[method=get]").forEach((form) => form.addEventListener("submit", () => {
    const empty = $$("input, select", form).filter((el) => el.name && !el.disabled && !el.value);
    empty.forEach((el) => { el.disabled = true; });
    setTimeout(() => empty.forEach((el) => { el.disabled = false; }));
  }));
  $$(".filters .sel select, .filters .pill input").forEach((el) =>
    el.addEventListener("change", () => el.form.requestSubmit()));

  // The live feed. The stream only says how many decisions are new; their rows are fetched when they are to be
  // shown: at once while the reader looks at the top and at no row in particular, else on request.
  const live = $("#live"), fresh = $("#fresh"), body = $("#rows"), wrap = $("#feed");
  const maxRows = 400;
  if (!live || !window.EventSource) return;
  live.hidden = false;
  const text = $("#live-text"), pause = $("#live-pause");
  let source = null, paused = false, waiting = 0, more = false, delay = 1000, retry = 0, fetching = false;

  const say = (state, words) => {
    live.className = `live ${state}`;
    if (text.textContent !== words) text.textContent = words;
  };
  const newest = () => { const row = body && $("[data-row]", body); return row ? row.dataset.id : ""; };
  const address = (base, after) => {
    const u = new URL(base, location.href);
    if (after) u.searchParams.set("after", after);
    return u;
  };
  const offer = () => {
    fresh.hidden = waiting === 0;
    fresh.textContent = more ? `${waiting}+ new` : `${waiting} new`;
    document.title = document.title.replace(/^(\(\d+\+?\) )?/, waiting ? `(${waiting}${more ? "+" : ""}) ` : "");
  };
  const calm = () => !paused && scrollY < 24 && !document.hidden && !(body && (body.matches(":hover") || body.contains(document.activeElement)));

  const connect = () => {
    clearTimeout(retry);
    if (source) source.close();
    source = new EventSource(address(live.dataset.tail, newest()));
    source.addEventListener("open", () => { delay = 1000; if (!paused) say("on", "live"); });
    source.addEventListener("new", (e) => {
      let m;
      try { m = JSON.parse(e.data); } catch { return; }
      if (body && $(`[data-id="${CSS.escape(m.newest)}"]`, body)) return;
      waiting += m.count;
      more = more || m.more;
      if (calm()) show(); else offer();
    });
    source.addEventListener("error", () => {
      source.close();
      if (paused) return;
      say("lost", "connection lost, trying again");
      waiting = 0; // counted again, from the newest row, once the stream is back
      retry = setTimeout(connect, delay);
      delay = Math.min(delay * 2, 30000);
    });
  };

  const show = () => {
    if (fetching) return;
    if (more || !body) { location.assign(location.pathname + location.search); return; }
    fetching = true;
    const x = new XMLHttpRequest();
    x.responseType = "document";
    x.timeout = 15000;
    x.open("GET", address(location.pathname + location.search, newest()));
    x.addEventListener("loadend", () => {
      fetching = false;
      const rows = x.status === 200 && x.response ? $$("#rows [data-row]", x.response) : null;
      if (!rows) { offer(); say("lost", "new rows could not be fetched"); return; }
      if ($("#feed[data-more]", x.response)) { location.assign(location.pathname + location.search); return; }
      const top = wrap.getBoundingClientRect().height;
      const at = scrollY;
      rows.reverse().forEach((r) => {
        if ($(`[data-id="${CSS.escape(r.dataset.id)}"]`, body)) return;
        const row = document.importNode(r, true);
        row.classList.add("is-new");
        showTimes(row);
        body.prepend(row);
      });
      if (at > 24) scrollTo(0, at + wrap.getBoundingClientRect().height - top);
      $$("[data-row]", body).slice(maxRows).forEach((r) => r.remove());
      waiting = 0;
      more = false;
      offer();
    });
    x.send();
  };

  fresh.addEventListener("click", () => {
    scrollTo(0, 0);
    show();
    const first = rowLinks()[0];
    if (first) first.focus({ preventScroll: true });
  });
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Resume" : "Pause";
    if (paused) {
      clearTimeout(retry);
      source.close();
      say("", "paused");
    } else {
      say("", "connecting");
      connect();
    }
  });
  addEventListener("pagehide", () => { if (source) source.close(); });
  addEventListener("pageshow", (e) => { if (e.persisted && !paused) connect(); });
  say("", "connecting");
  connect();
})();
