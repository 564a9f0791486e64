# What the attempts in Python share. They only use what Debian's python3 brings along.
import ctypes
import errno
import fcntl
import os
import platform
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time

E = os.environ
libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def call(number, *arguments):
    """A system call by its number on x86-64."""
    if platform.machine() != "x86_64":
        raise OSError(errno.ENOSYS, "the number of the call is that of x86-64")
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return checked(libc.syscall(ctypes.c_long(number), *converted))


def got():
    print("GOT-THROUGH", flush=True)


def show(path):
    print(open(path).read(), flush=True)


def ask(request):
    """Says the words to the model's endpoint, and shows what it answers."""
    s = socket.create_connection(("127.0.0.1", int(E["MODEL_PORT"])), 3)
    s.settimeout(3)
    s.sendall(request.encode())
    while part := s.recv(65536):
        sys.stdout.write(part.decode(errors="replace"))
        sys.stdout.flush()
