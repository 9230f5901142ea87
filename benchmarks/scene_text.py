"""Reading text in photos: CPU seconds of our pipeline, and of RapidOCR with the same weights in ONNX Runtime where that
is installed (pip install rapidocr==3.10.0 onnxruntime==1.32.0, in a scratch environment with this project). Part of
`make bench`; below 1 is faster than the peer. Nothing here is asserted by a test.
"""

import time

from lecture_utils import data, images, scene_text  # isort: skip (quietens TensorFlow)

import numpy as np
import tensorflow as tf

try:
    from rapidocr import RapidOCR
except ImportError:
    RapidOCR = None

REPEATS = 3


def seconds(function, *arguments):
    """CPU seconds, the best of a few runs after one to warm up."""
    times = []
    for _ in range(1 + REPEATS):
        started = time.process_time()
        function(*arguments)
        times.append(time.process_time() - started)
    return min(times[1:])


def main():
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    photos = {name: data.load_street_photo(name) for name in data.street_names()}
    photos["the same at 900×675"] = images.resized(photos["stationery_box"], (675, 900))
    peer = None
    if RapidOCR is None:
        print("rapidocr is not installed: no comparison")
    else:
        one = {"intra_op_num_threads": 1, "inter_op_num_threads": 1}
        peer = RapidOCR(params={f"EngineConfig.onnxruntime.{key}": value for key, value in one.items()})
    totals = np.zeros(2)
    for name, photo in photos.items():
        ours = seconds(scene_text.read_text, photo)
        text = f"{name:32} {photo.shape[1]:5} × {photo.shape[0]:4} {ours:6.2f} CPU s"
        if peer:
            theirs = seconds(peer, images.to_bytes(photo)[..., ::-1])
            totals += ours, theirs
            text += f"   RapidOCR {theirs:6.2f} CPU s   ratio {ours / theirs:6.3f}"
        print(text, flush=True)
    if peer:
        ours, theirs = totals
        print(f"{'all':32} {ours:19.2f} CPU s   RapidOCR {theirs:6.2f} CPU s   ratio {ours / theirs:6.3f}")


if __name__ == "__main__":
    main()
