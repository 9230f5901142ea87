"""Works in the background: queued, watched, cancelled; their results are folders of files.

Two lanes, one thread each, so that nobody waits for a painting to read a sign. A work's files are written to a folder
ID.unfinished, which gets the name ID when all is done: a crash leaves no half result.
"""

import contextlib
import json
import queue
import re
import shutil
import threading
import time
import traceback
import uuid
from dataclasses import dataclass, field
from pathlib import Path

LANES = ("quick", "slow")
WAITING = 16  # works a lane, those in hand not counted
KEPT = 100  # results, and as many works that failed or were cancelled
UNFINISHED = ".unfinished"


class Full(Exception):
    """There are as many works waiting as may wait."""


class Cancelled(Exception):
    """Raised inside a work that somebody has cancelled."""


@dataclass(eq=False)
class Work:
    """state: "waiting", "running", "done", "failed" or "cancelled". done: a share in [0, 1], or None."""

    demo: str
    options: dict
    lane: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = "waiting"
    done: float | None = None
    error: str = ""
    cancelled: bool = False

    def step(self, done):
        """A work calls this as often as it can: it is told how far it is, and ends here if it was cancelled."""
        self.done = min(max(float(done), 0.0), 1.0)
        if self.cancelled:
            raise Cancelled


class Works:
    """`demos`: {name: object with `lane` and `run(photo file, options, folder, step) -> dict`}."""

    def __init__(self, folder, demos):
        self.folder, self.demos = Path(folder).resolve(), demos
        self.folder.mkdir(parents=True, exist_ok=True)
        self.works, self.lock = {}, threading.Lock()
        self.queues = {lane: queue.Queue() for lane in LANES}
        self.threads = [threading.Thread(target=self._serve, args=(lane,), daemon=True) for lane in LANES]
        for thread in self.threads:
            thread.start()

    def clean(self):
        """Drop what a crash left unfinished. Only for the one server of this folder: another's works would go, too."""
        for left in self.folder.glob(f"*{UNFINISHED}"):
            if re.fullmatch(r"[0-9a-f-]{36}", left.stem) and left.is_dir():
                shutil.rmtree(left, ignore_errors=True)

    def submit(self, demo, picture, options):
        """Queue a work on a picture, a PIL image or the photo.jpg of an earlier result; returns it. Raises Full."""
        work = Work(demo, options, self.demos[demo].lane)
        with self.lock:
            if self.waiting(work.lane) >= WAITING:
                raise Full
            self.works[work.id] = work
        try:
            self._unfinished(work).mkdir(parents=True)
            if isinstance(picture, Path):
                shutil.copyfile(picture, self._unfinished(work) / "photo.jpg")
            else:
                picture.save(self._unfinished(work) / "photo.jpg", quality=95, subsampling=0)
        except OSError:
            work.state, work.error = "failed", "The picture could not be written to the disk."
        self.queues[work.lane].put(work)
        return work

    def waiting(self, lane, before=None):
        """How many works wait in a lane; or stand before the work `before`, the one in hand counted as well."""
        works = [work for work in list(self.works.values()) if work.lane == lane]
        if before in works:
            return sum(work.state in ("waiting", "running") for work in works[: works.index(before)])
        return sum(work.state == "waiting" for work in works)

    def get(self, id):
        """The work of that id (a UUID), or None. Results of an earlier run of the server are found by their files."""
        work, file = self.works.get(id), self.folder / id / "work.json"
        if work is not None and work.state != "done":
            return work
        if not file.is_file():  # dropped, or never there
            return None
        about = json.loads(file.read_text(encoding="utf-8"))
        return work or Work(about["demo"], about["options"], self.demos[about["demo"]].lane, id, "done", 1.0)

    def result(self, work):
        """What a work that is done has found: the contents of its work.json."""
        return json.loads((self.folder / work.id / "work.json").read_text(encoding="utf-8"))

    def cancel(self, work):
        """Take a waiting work out of the queue; a running one ends at its next step."""
        with self.lock:
            work.cancelled = True
            if work.state == "waiting":
                work.state = "cancelled"

    def close(self, patience=10):
        """End all works, and the threads; what is unfinished goes."""
        for work in list(self.works.values()):
            self.cancel(work)
        for lane in LANES:
            self.queues[lane].put(None)
        for thread in self.threads:
            thread.join(patience)

    def _unfinished(self, work):
        return self.folder / f"{work.id}{UNFINISHED}"

    def _serve(self, lane):
        while (work := self.queues[lane].get()) is not None:
            with self.lock:
                if work.state == "waiting":
                    work.state = "running"
            try:
                if work.state == "running":
                    self._do(work)
                    work.state = "done"
            except Cancelled:
                work.state = "cancelled"
            except Exception as error:
                traceback.print_exc()
                work.state, work.error = "failed", str(error)
            shutil.rmtree(self._unfinished(work), ignore_errors=True)
            with contextlib.suppress(OSError):  # somebody may clear the folder meanwhile
                self._forget()

    def _do(self, work):
        folder, started = self._unfinished(work), time.perf_counter()
        found = self.demos[work.demo].run(folder / "photo.jpg", work.options, folder, work.step)
        about = {
            "demo": work.demo,
            "options": work.options,
            "seconds": round(time.perf_counter() - started, 2),
            **found,
        }
        (folder / "work.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        if not (folder / "result.json").exists():
            shutil.copyfile(folder / "work.json", folder / "result.json")
        work.step(1)  # the last moment to cancel
        folder.rename(self.folder / work.id)

    def _is_result(self, path):
        """Whether a work made this: the folder may hold other things of its owner's."""
        return (path / "work.json").is_file() and not path.name.endswith(UNFINISHED)

    def _forget(self):
        """Drop the oldest results, and works of which there is nothing left to say."""
        with self.lock:
            finished = [path for path in self.folder.iterdir() if self._is_result(path)]
            for path in sorted(finished, key=lambda path: path.stat().st_mtime)[:-KEPT]:
                shutil.rmtree(path, ignore_errors=True)
            over = [work for work in self.works.values() if work.state not in ("waiting", "running")]
            for work in over[:-KEPT]:
                del self.works[work.id]
