"""The lecture's web demos, slides 44 and 45, and lessons 4 to 7 on a picture of your own: `make demo`."""
