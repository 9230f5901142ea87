"""Screenshots of every demo page. ui.py OUT [theme] [width]"""
import sys,time,os
from selenium import webdriver
from selenium.webdriver.common.by import By
out,theme,width=sys.argv[1],sys.argv[2],int(sys.argv[3]); os.makedirs(out,exist_ok=True)
o=webdriver.ChromeOptions()
for a in ("headless=new","no-sandbox","disable-gpu","hide-scrollbars"): o.add_argument("--"+a)
o.set_capability("goog:loggingPrefs",{"browser":"ALL"})
b=webdriver.Chrome(options=o,service=webdriver.ChromeService("/usr/bin/chromedriver"))
b.execute_cdp_cmd("Emulation.setEmulatedMedia",{"features":[{"name":"prefers-color-scheme","value":theme}]})
b.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",{"width":width,"height":900,"deviceScaleFactor":1,"mobile":width<700})
base="http://127.0.0.1:5000"
def shot(name):
    h=b.execute_script("return document.documentElement.scrollHeight")
    w=b.execute_script("return document.documentElement.scrollWidth")
    if w>width: print(name,"WIDE",w)
    b.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",{"width":width,"height":min(h,3000),"deviceScaleFactor":1,"mobile":width<700})
    time.sleep(.3); b.save_screenshot(f"{out}/{name}.png")
    b.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",{"width":width,"height":900,"deviceScaleFactor":1,"mobile":width<700})
b.get(base); shot("index")
for d in sys.argv[4:] or ["dehazing","scene-text","what-does-it-see","dream","painting"]:
    b.get(f"{base}/{d}"); time.sleep(.3); shot(d)
    t=time.time(); b.execute_script("arguments[0].click()",b.find_elements(By.CSS_SELECTOR,".gallery button")[{"scene-text":9,"what-does-it-see":1}.get(d,0)])
    first=True
    while not b.find_elements(By.CSS_SELECTOR,"[href$=\"result.json\"],[role=alert].lead"):
        if first and b.find_elements(By.CSS_SELECTOR,".waiting"): shot(d+"_waiting"); first=False
        time.sleep(.3)
        if time.time()-t>200: break
    print(d,round(time.time()-t,1)); time.sleep(.5); shot(d+"_result")
    for l in b.get_log("browser"): print(l)
b.get(base+"/nothing"); shot("error")
b.quit()
