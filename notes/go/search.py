"""Successive halving over k and depth at equal CPU time; the winner goes on. Resumable."""
import json, sys
from pathlib import Path
from lecture_utils.go import networks, train
import keras
W=Path('/var/lib/lecture-training/go')
keras.mixed_precision.set_global_policy('mixed_bfloat16')
SPEED={(96,6):305,(64,8):374,(64,12):187,(48,8):695}  # positions a second, two cores, alone
def go(k,d,seconds):
    keras.utils.set_random_seed(0)
    n=networks.policy_network(k,depth=d)
    f=W/f'k{k}_d{d}'; f.mkdir(exist_ok=True)
    if not (f/'shards').exists(): (f/'shards').symlink_to(W/'shards')
    epochs=max(1,round(SPEED[k,d]*seconds/12800))
    log=f/'log.jsonl'
    if log.exists() and len(log.read_text().splitlines())>=epochs:
        return best(k,d)
    print('run',k,d,epochs,flush=True)
    train.train(f,n,epochs=epochs,decay_epochs=0,steps_per_epoch=200,batch_size=64,check_every=2)
    return best(k,d)
def best(k,d):
    lines=[json.loads(l) for l in open(W/f'k{k}_d{d}/log.jsonl')]
    v=[l for l in lines if 'validation_loss' in l][-1]
    print('result',k,d,v,flush=True)
    return v['validation_loss']
one={kd:go(*kd,420) for kd in SPEED}
two=sorted(one,key=one.get)[:2]
res={kd:go(*kd,1200) for kd in two}
win=min(res,key=res.get)
print('winner',win,flush=True)
go(*win,36000*2)
