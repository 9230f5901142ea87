from cls import *
A=["dumbbell","tea cup","Dalmatian","bell pepper","lemon","husky","strawberry","mushroom","daisy","castle","goldfish","violin"]
tv=ascent.total_variation(); typ=ascent.typical(lite,photos,BLOCKS); pix=ascent.typical(lite,photos,["normalize","stem"])
_f=ascent.fourier; ascent.fourier=lambda side: _f(side,2.0)
for seed in map(int,sys.argv[1:]):
    ims=[]
    for k in (0,4,8):
        N=A[k:k+4]
        ims+=list(make("L",N,logits(N)+10*typ+60*pix-.0012*tv,seed=seed,steps=200,step_size=.03,transforms=[ascent.jitter(8),ascent.rotation(8),ascent.zoom(.6)],note="colour 2, typical 10, pixels+stem 60, tv .0012, lr .03, jitter 8, rotation 8, zoom .6"))
    Image.fromarray(np.round(255*np.concatenate([np.concatenate(ims[k:k+4],1) for k in(0,4,8)],0)).astype(np.uint8)).save(OUT+f"/sheet_L_seed{seed}.png")
