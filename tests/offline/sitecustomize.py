"""Cuts the network: any connection that would leave this machine raises.

Python imports this file by itself when its folder is on PYTHONPATH; conftest.py puts it there for every notebook
kernel that the tests start.
"""

import ipaddress
import socket
import sys

LOCAL_NAMES = {None, "", "localhost", socket.gethostname()}


def _is_local(host):
    host = host.decode() if isinstance(host, bytes) else host
    if host in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not _is_local(host):
        raise ConnectionRefusedError(f"the lessons work without a network, but something asked for {host}")


sys.addaudithook(_refuse)
