"""Starting, stopping, remembering: the state folder, the control socket, the background process, the command line."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from lab_driving import H100, MI300X, ONE_EACH, ssh

from gatehouse.lab.__main__ import main
from gatehouse.lab.client import LabClient
from gatehouse.lab.plan import FleetPlan
from gatehouse.lab.running import running_lab, start_in_background
from gatehouse.lab.scenario import load_scenario, parse_scenario, scenario_path
from gatehouse.lab.server.keys import LabKeys
from gatehouse.lab.state import StateFolder
from gatehouse.model.errors import CatalogError, NotFoundError, RefusedError, UnreachableError, UsageError

SMALL = FleetPlan.parse(["h100-8x:EVT:2", "mi300x-8x:EVT:1"])


def test_the_inventory_is_what_the_catalogue_reads(tmp_path: Path) -> None:
    with running_lab(SMALL, state=tmp_path) as lab:
        site = yaml.safe_load((tmp_path / "catalog" / "sites" / "lab.yaml").read_text())
    assert site["title"] == "Simulated lab"
    assert [host["name"] for host in site["hosts"]] == ["h100-evt-01", "h100-evt-02", "mi300x-evt-01"]
    first, endpoint = site["hosts"][0], lab.endpoint("h100-evt-01")
    assert first == {
        "name": "h100-evt-01",
        "serial": "H100EVT0001",
        "sku": "h100-8x",
        "program": "h100-8x",
        "build": "EVT",
        "address": endpoint.address,
        "port": endpoint.port,
        "host_key": endpoint.host_key,
        "connection": "gatehouse_lab",
        "bmc": {
            "address": endpoint.address,
            "port": lab.hosts["h100-evt-01"].bmc.port,
            "certificate": lab.lab.credentials.fingerprint,
            "connection": "gatehouse_lab_bmc",
        },
    }


def test_secrets_are_private(tmp_path: Path) -> None:
    with running_lab(SMALL, state=tmp_path):
        for name in ("user_ed25519", "host_key_secret", "bmc_password", "bmc_certificate.pem"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        socket_file = Path(json.loads((tmp_path / "lab.json").read_text())["socket"])
        assert stat.S_IMODE(socket_file.stat().st_mode) == 0o600


def test_keys_survive_a_restart_and_hosts_differ(tmp_path: Path) -> None:
    with running_lab(SMALL, state=tmp_path) as lab:
        before = {name: host.endpoint.host_key for name, host in lab.hosts.items()}, lab.login.private_key
    with running_lab(ONE_EACH, state=tmp_path) as lab:
        assert lab.login.private_key == before[1]
        assert {name: lab.hosts[name].endpoint.host_key for name in before[0]} == before[0]
    assert len(set(before[0].values())) == 3
    assert LabKeys(tmp_path).host_key("x").public_data != LabKeys(tmp_path).host_key("x", other=True).public_data


def test_two_folders_share_no_key(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    assert LabKeys(one).host_public("h") != LabKeys(two).host_public("h")
    assert LabKeys(one).user_private != LabKeys(two).user_private


def test_a_key_of_somebody_else_may_be_used(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    theirs = LabKeys(one).user_private
    assert LabKeys(two, one / "user_ed25519").user_private == theirs
    (tmp_path / "nonsense").write_text("nonsense")
    with pytest.raises(UsageError, match="no private key"):
        LabKeys(two, tmp_path / "nonsense")
    with pytest.raises(UsageError, match="there is no key"):
        LabKeys(two, tmp_path / "nowhere")


def test_without_linux_every_host_has_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """It should work where only 127.0.0.1 answers, as on macOS."""
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    with running_lab(SMALL) as lab:
        assert {host.endpoint.address for host in lab.hosts.values()} == {"127.0.0.1"}
        assert len({host.endpoint.port for host in lab.hosts.values()}) == 3
        assert [ssh(lab, name, "hostname").out.strip() for name in lab.hosts] == list(lab.hosts)


def test_a_repaired_host_has_booted_since(tmp_path: Path) -> None:
    with running_lab(SMALL, state=tmp_path) as lab:
        boot = ssh(lab, H100, "cat /proc/sys/kernel/random/boot_id").out
        assert lab.repair(H100) == []
        assert ssh(lab, H100, "cat /proc/sys/kernel/random/boot_id").out == boot
        lab.inject(host=H100, fault="ecc_uncorrectable")
        lab.repair(H100)
        assert ssh(lab, H100, "cat /proc/sys/kernel/random/boot_id").out != boot
        assert "Xid" not in ssh(lab, H100, "sudo -n dmesg").out


def test_a_device_reset_survives_a_restart(tmp_path: Path) -> None:
    scenario = parse_scenario("faults: [{id: a, host: h100-evt-01, part: gpu1, fault: remap_pending}]")
    with running_lab(SMALL, scenario, tmp_path) as lab:
        ssh(lab, H100, "sudo -n nvidia-smi --gpu-reset -i 1")
    with running_lab(SMALL, scenario, tmp_path) as lab:
        assert lab.faults() == []


def test_injections_and_repairs_survive_a_restart(tmp_path: Path) -> None:
    demo = parse_scenario("faults: [{id: a, host: h100-evt-01, fault: nic_down}]")
    with running_lab(SMALL, demo, tmp_path) as lab:
        lab.inject(host=MI300X, fault="disk_worn", part="disk3", cleared_by=["repair"])
        lab.repair(H100, "a")
    with running_lab(SMALL, demo, tmp_path) as lab:
        assert [(fault["host"], fault["fault"]) for fault in lab.faults()] == [(MI300X, "disk_worn")]


def test_a_boot_survives_a_restart(tmp_path: Path) -> None:
    line = "cat /proc/sys/kernel/random/boot_id; uptime -s"
    with running_lab(SMALL, state=tmp_path) as lab:
        first = ssh(lab, MI300X, line).out
        lab.reboot(H100)
    with running_lab(SMALL, state=tmp_path) as lab:
        assert ssh(lab, MI300X, line).out == first
        assert lab.status()["faults"] == 0
        assert lab.lab._labs[H100].boot.count == 1


def test_fresh_forgets_what_happened_and_keeps_keys(tmp_path: Path) -> None:
    with running_lab(SMALL, state=tmp_path) as lab:
        lab.inject(host=H100, fault="mce")
        key = lab.login.private_key
    StateFolder(tmp_path).forget()
    with running_lab(SMALL, state=tmp_path) as lab:
        assert lab.faults() == []
        assert lab.login.private_key == key


def test_the_same_fault_may_be_injected_twice(tmp_path: Path) -> None:
    with running_lab(SMALL, state=tmp_path) as lab:
        lab.inject(host=H100, fault="nic_down", part="nic1")
        lab.inject(host=H100, fault="nic_down", part="nic2")
        ids = [fault["id"] for fault in lab.faults()]
        assert len(set(ids)) == 2
        assert lab.repair(H100, "nic_down") == ids


def test_two_labs_cannot_share_a_folder(tmp_path: Path) -> None:
    with running_lab(SMALL, state=tmp_path):
        second = running_lab(SMALL, state=tmp_path)
        with pytest.raises(RefusedError, match=rf"a lab runs in .* \(pid {os.getpid()}\)"), second:
            pass
        assert LabClient(tmp_path).ready()


def test_a_busy_port_says_what_to_do(tmp_path: Path) -> None:
    with running_lab(SMALL) as lab:
        port = lab.status()["port"]
        second = running_lab(SMALL, state=tmp_path, port=port)
        with pytest.raises(RefusedError, match=rf"port {port} of 127\.20\.0\.1 is in use.*--port"), second:
            pass
    with running_lab(SMALL, state=tmp_path, port=port):
        pass


def test_a_scenario_that_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    unfit = running_lab(SMALL, load_scenario(scenario_path("demo")), tmp_path)
    with pytest.raises(CatalogError, match="no host h100-dvt-017"), unfit:
        pass
    with running_lab(SMALL, state=tmp_path):
        pass
    assert not LabClient(tmp_path).ready()


def test_the_control_socket_does_what_it_is_asked(tmp_path: Path) -> None:
    with running_lab(SMALL, state=tmp_path) as lab:
        client = LabClient(tmp_path)
        assert client.status()["hosts"] == 3
        assert client.inject({"id": "x", "host": "h100-*", "fault": "mce", "part": "cpu3"}) == [
            "h100-evt-01",
            H100[:-1] + "2",
        ]
        listed = client.hosts_and_faults()
        assert [host["serial"] for host in listed["hosts"]] == ["H100EVT0001", "H100EVT0002", "MI300XEVT0001"]
        assert {fault["host"] for fault in listed["faults"]} == {"h100-evt-01", "h100-evt-02"}
        assert client.repair(H100) == ["x"]
        assert client.reboot("h100-evt-02") == []
        with pytest.raises(RefusedError, match="no simulated host 'nonesuch'"):
            client.repair("nonesuch")
        with pytest.raises(RefusedError, match="no fault 'gremlins'"):
            client.inject({"id": "x", "host": H100, "fault": "gremlins"})
        with pytest.raises(NotFoundError, match="h100-evt-01"):
            lab.endpoint("nonesuch")


def test_the_control_socket_bears_nonsense(tmp_path: Path) -> None:
    with running_lab(SMALL, state=tmp_path) as lab:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(lab.lab.folder.socket_path()))
            said = line.makefile("rwb")
            for asked in (b"nonsense\n", b"[]\n", b"{}\n", b'{"do": "dance"}\n', b"\xff\xfe\n"):
                said.write(asked)
                said.flush()
                assert json.loads(said.readline())["ok"] is False
        assert LabClient(tmp_path).ready()


def test_a_folder_with_a_long_name_has_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 20) / ("name" * 20)
    assert len(str(StateFolder(deep).socket_path())) <= 100
    with running_lab(SMALL, state=deep):
        assert LabClient(deep).status()["hosts"] == 3


def test_no_lab_is_told_as_no_lab(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="no lab runs"):
        LabClient(tmp_path).status()
    with pytest.raises(UnreachableError, match="did not answer within"):
        LabClient(tmp_path).wait_until_ready(0.1)


def test_a_lab_in_the_background(tmp_path: Path) -> None:
    """It should be ready when the start returns, survive being killed, and stop when asked."""
    arguments = ["--fleet", "h100-8x:EVT:1", "--port", "0"]
    status = start_in_background(tmp_path, arguments)
    try:
        with pytest.raises(RefusedError, match="a lab runs in"):
            start_in_background(tmp_path, arguments)
        os.kill(status["pid"], signal.SIGKILL)
        again = start_in_background(tmp_path, arguments)
        assert again["pid"] != status["pid"]
    finally:
        LabClient(tmp_path).stop()
    assert not LabClient(tmp_path).ready()
    assert (tmp_path / "lab.log").read_text() == ""


def test_sigterm_ends_a_lab_in_order(tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "gatehouse.lab",
        "up",
        "--foreground",
        "--hosts",
        "1",
        "--port",
        "0",
        "--state",
        str(tmp_path),
    ]
    child = subprocess.Popen(words, env={**os.environ, "PYTHONPATH": "include"})
    try:
        LabClient(tmp_path).wait_until_ready(30)
    finally:
        child.terminate()
    assert child.wait(20) == 0
    assert not (tmp_path / "lab.json").exists()


def test_the_command_line_lists_and_refuses(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["scenarios"]) == 0
    assert "demo" in capsys.readouterr().out.splitlines()
    assert main(["faults"]) == 0
    assert "ecc_uncorrectable" in capsys.readouterr().out
    assert main(["status", "--state", str(tmp_path)]) == 2
    assert "no lab runs" in capsys.readouterr().err
    assert main(["up", "--foreground", "--scenario", "nonesuch", "--state", str(tmp_path)]) == 2
    assert "no scenario 'nonesuch'" in capsys.readouterr().err
    assert main(["inject", "{broken", "--state", str(tmp_path)]) == 2


def test_the_command_line_talks_to_a_lab(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with running_lab(SMALL, state=tmp_path):
        for words, shown in (
            (["status"], '"hosts": 3'),
            (["inject", "nic_down", "--host", H100, "--part", "nic1"], H100),
            (["inject", '{"id": "y", "host": "mi300x-evt-01", "fault": "mce"}'], MI300X),
            (["list"], '"nic_down"'),
            (["repair", H100, "nic_down"], "nic_down"),
            (["reboot", MI300X], "[]"),
        ):
            assert main([*words, "--state", str(tmp_path)]) == 0
            assert shown in capsys.readouterr().out
