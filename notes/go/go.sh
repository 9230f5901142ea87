cd /var/lib/lecture-training/go
PYTHONPATH=. exec nice -n 19 /work/main/.venv/bin/python search.py >>search.log 2>>search.err
