from cls import *
A=["dumbbell","tea cup","Dalmatian","bell pepper","lemon","husky","strawberry","mushroom","daisy","castle","goldfish","violin"]
tv=ascent.total_variation(); typ=ascent.typical(lite,photos,BLOCKS); pix=ascent.typical(lite,photos,["normalize","stem"])
J8=[ascent.jitter(8),ascent.rotation(8)]; OLD=ascent.COLOURS.copy()
m=OLD.mean(0,keepdims=True); ascent.COLOURS=m+1.6*(OLD-m); ascent._inverse_fourier.cache_clear()
for seed in map(int,sys.argv[1:]):
    ims=[]
    for k in (0,4,8):
        N=A[k:k+4]
        ims+=list(make("K",N,logits(N)+10*typ+60*pix-.0012*tv,seed=seed,steps=200,step_size=.05,transforms=J8+[ascent.zoom(.6)],note="chroma 1.6, typical 10, pixels+stem 60, tv .0012, lr .05, jitter 8, rotation 8, zoom .6"))
    Image.fromarray(np.round(255*np.concatenate([np.concatenate(ims[k:k+4],1) for k in(0,4,8)],0)).astype(np.uint8)).save(OUT+f"/sheet_K_seed{seed}.png")
