"""The queue: order, bounds, what is tried again and what is given up."""

import threading
import time
import unittest

from gatehouse.gatehouse_http import Fault
from gatehouse.gatehouse_outbox import MAX_TRIES, Outbox, Parcel


def parcel(n, size=1):
    return Parcel("Stop", b"x" * size, n)


class Queue(unittest.TestCase):
    def setUp(self):
        self.got, self.dropped = [], []

    def box(self, deliver=None, **options):
        return Outbox(deliver or self.take, lambda p, why: self.dropped.append((p.identity, why)), **options)

    def take(self, p):
        self.got.append(p.identity)

    def test_order(self):
        box = self.box()
        for n in range(500):
            box.put(parcel(n))
        self.assertTrue(box.flush(5))
        self.assertEqual(self.got, list(range(500)))
        self.assertEqual((box.delivered, box.retried, len(box), self.dropped), (500, 0, 0, []))

    def test_full_queue_refuses_what_is_new(self):
        gate = threading.Event()
        box = self.box(lambda p: gate.wait(5) and self.take(p), max_events=3)
        for n in range(5):
            box.put(parcel(n))
        gate.set()
        self.assertTrue(box.flush(5))
        self.assertEqual((self.got, self.dropped), ([0, 1, 2], [(3, "queue is full"), (4, "queue is full")]))

    def test_bytes_are_bounded_too(self):
        gate = threading.Event()
        box = self.box(lambda p: gate.wait(5) and self.take(p), max_bytes=10)
        for n in range(4):
            box.put(parcel(n, 4))
        gate.set()
        self.assertTrue(box.flush(5))
        self.assertEqual(self.got, [0, 1])
        box.put(parcel(9, 10))  # what was delivered makes room
        self.assertTrue(box.flush(5))
        self.assertEqual(self.got, [0, 1, 9])

    def test_what_the_server_did_not_get_is_tried_until_it_does(self):
        tries = []

        def deliver(p):
            tries.append(p.identity)
            if len(tries) < MAX_TRIES + 3:
                raise Fault("connection refused", sent=False)

        box = self.box(deliver)
        box.put(parcel(0))
        box.put(parcel(1))
        self.assertTrue(box.flush(10))
        self.assertEqual(tries, [0] * (MAX_TRIES + 3) + [1])
        self.assertEqual((box.retried, self.dropped), (MAX_TRIES + 2, []))

    def test_what_it_may_have_got_is_tried_a_few_times(self):
        def deliver(p):
            self.take(p)
            raise Fault("status 500")

        box = self.box(deliver)
        box.put(parcel(0))
        self.assertTrue(box.flush(10))
        self.assertEqual((self.got, self.dropped), ([0] * MAX_TRIES, [(0, "status 500")]))

    def test_what_it_refused_is_given_up_at_once(self):
        def deliver(p):
            self.take(p)
            if p.identity == 0:
                raise Fault("status 400", permanent=True)
            if p.identity == 1:
                raise KeyError("our own mistake")

        box = self.box(deliver)
        for n in range(3):
            box.put(parcel(n))
        self.assertTrue(box.flush(5))
        self.assertEqual((self.got, self.dropped), ([0, 1, 2], [(0, "status 400"), (1, "internal error, KeyError")]))

    def test_flush_is_bounded_and_the_rest_can_be_abandoned(self):
        def deliver(p):
            raise Fault("connection refused", sent=False)

        box = self.box(deliver)
        for n in range(3):
            box.put(parcel(n))
        begin = time.monotonic()
        self.assertFalse(box.flush(0.3))
        self.assertLess(time.monotonic() - begin, 3)
        box.abandon("program ended")
        self.assertEqual(self.dropped, [(n, "program ended") for n in range(3)])
        self.assertTrue(box.flush(0))

    def test_no_new_event_hurries_a_pause(self):
        tries = []

        def deliver(p):
            tries.append(1)
            raise Fault("connection refused", sent=False)

        box = self.box(deliver)
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            box.put(parcel(0))
            time.sleep(0.001)
        self.assertLess(len(tries), 6)
        box.abandon("test ended")

    def test_many_threads(self):
        box = self.box()

        def work(n):
            for i in range(200):
                box.put(parcel((n, i)))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertTrue(box.flush(5))
        self.assertEqual(len(self.got), 1600)
        for n in range(8):
            self.assertEqual([i for m, i in self.got if m == n], list(range(200)))

    def test_thread_that_cannot_start(self):
        box = self.box()
        real = threading.Thread.start
        threading.Thread.start = lambda self: (_ for _ in ()).throw(RuntimeError("can't start new thread"))
        try:
            box.put(parcel(0))
            self.assertTrue(box.flush(1))
        finally:
            threading.Thread.start = real
        self.assertEqual(self.got, [0])


if __name__ == "__main__":
    unittest.main()
