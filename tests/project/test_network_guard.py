from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("name", ["connect", "connect_ex"])
def test_a_connection_out_of_this_machine_fails_the_test(name: str) -> None:
    with socket.socket() as sock, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1:443"):
        getattr(sock, name)(("192.0.2.1", 443))


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
