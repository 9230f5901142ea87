import sys,time,ast
from lecture_utils import data,images,style_transfer
from pathlib import Path
name,photo,painting,side=sys.argv[1:5]; kw=ast.literal_eval(sys.argv[5]) if len(sys.argv)>5 else {}
def longer(im,s):
    f=s/max(im.shape); return images.resized(im,tuple(round(f*n) for n in im.shape[:2]))
seen=[]; t=time.time(); c=time.process_time()
im=style_transfer.style_transfer(longer(data.load_photo(photo),int(side)),data.load_painting(painting),**kw,callback=lambda _,l:seen.append(l))
print(name,{k:round(v,4) for k,v in seen[-1].items()},round(time.time()-t),'s',round(time.process_time()-c),'cpu s',flush=True)
from PIL import Image; Image.fromarray(images.to_bytes(im)).save(f'/tmp/w/{name}.png')
