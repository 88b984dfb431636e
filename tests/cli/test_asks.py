"""``gatehouse catalog diagnostics | plan | sudoers``: what would be asked, before it is."""

import json

import pytest
from test_cli import gatehouse


def test_diagnostics_say_what_they_need_and_cost() -> None:
    """It should list all of them, and of one every command with who runs it."""
    everything = json.loads(gatehouse("catalog", "diagnostics", "--json").stdout)
    by_id = {each["id"]: each for each in everything}
    assert by_id["cpu_stress"]["needs_idle"] is True
    assert by_id["memtester_ocp"]["cells"]["any"][0]["tool"] == "ocp-diag-jsonl"
    one = gatehouse("catalog", "diagnostics", "identity_bom").stdout
    assert "dmidecode -t system" in one
    assert "root" in one
    assert gatehouse("catalog", "diagnostics", "nope").returncode == 2


def test_a_plan_says_first_what_it_would_do() -> None:
    """It should give each command with user and limit, and the time in all; nothing is contacted."""
    said = json.loads(gatehouse("catalog", "plan", "dvt", "--sku", "h100-8x", "--json").stdout)
    load = next(each for each in said["diagnostics"] if each["diagnostic"] == "cpu_stress")
    assert load["expect_minutes"] == 30.0
    assert load["commands"][0]["command"]["limit_s"] == 1860.0
    assert said["expect_minutes"] < said["limit_minutes"]
    assert said["disturbs"] is True
    table = gatehouse("catalog", "plan", "evt", "--sku", "h100-8x").stdout
    assert "smartctl --json --all /dev/nvme7n1" in table
    assert "a workload would feel it" in table
    assert "GET /redfish/v1/Systems/*" in table
    assert "questions to the BMC" in table
    assert "ethtool -S ens8np0 (again, at the end)" in gatehouse("catalog", "plan", "dvt", "--sku", "h100-8x").stdout


def test_what_a_vendor_cannot_answer_is_said_beforehand() -> None:
    """It should name the SKIP that is to come, and count no time for it."""
    said = json.loads(gatehouse("catalog", "plan", "host-check", "--sku", "h100-8x", "--json").stdout)
    assert all(each["commands"] or each["skip"] for each in said["diagnostics"])


@pytest.mark.parametrize("words", [("plan", "nope", "--sku", "h100-8x"), ("plan", "evt", "--sku", "nope"),
                                   ("sudoers", "evt", "--sku", "h100-8x", "--user", "ALL"),
                                   ("sudoers", "evt", "--sku", "h100-8x", "--path", "bin")])  # fmt: skip
def test_bad_input_is_wrong_usage(words: tuple[str, ...]) -> None:
    """It should say in one line what is wrong, and print nothing else."""
    done = gatehouse("catalog", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_sudoers_file_holds_the_root_commands_and_no_other() -> None:
    """It should list every root command of both SKUs once, under its limit, and nothing that runs as the user."""
    words = ("evt", "ramp", "--sku", "h100-8x", "--sku", "mi300x-8x", "--user", "gate")
    text = gatehouse("catalog", "sudoers", *words).stdout
    assert "Defaults:gate secure_path=" in text
    assert text.count("/usr/bin/timeout -k 2 30 smartctl --json --all /dev/nvme0n1") == 2
    assert "gate ALL=(root) NOPASSWD: GATEHOUSE_EVT, GATEHOUSE_RAMP" in text
    assert "stress-ng" not in text
    assert "*" not in text
