import sys,re,tempfile; sys.path[:0]=['/work/main','/work/main/tests']
from pathlib import Path
import test_demo_server as t
s=t.Server(Path(tempfile.mkdtemp()),'/tmp/w/nojax')
def m(x):
    st=open(f'/proc/{s.process.pid}/status').read(); print(x.ljust(30),*[round(int(re.search(k+r':\s+(\d+)',st)[1])/1e6,2) for k in ('VmHWM','VmRSS','RssAnon')],flush=True)
m('start')
s.finished(s.send("scene-text",t.street("hotel"))); m('text')
s.finished(s.send("scene-text",t.street("sports_centre"))); m('text2')
for k in t.dehazing.METHODS: s.finished(s.send("dehazing",example="photos/machu_picchu",method=k)); m(k)
r=s.finished(s.send("what-does-it-see",example="photos/panda")); m('see')
s.finished(s.send("what-does-it-see",again=r[0],target="red panda")); m('see2')
s.finished(s.send("what-does-it-see",example="photos/kitten")); m('see3')

s.process.terminate(); s.process.communicate()
