"""opendcdiag: tests of the CPUs against silent data corruption, as TAP."""

from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Out, Steps, Wait, say

_TESTS = (
    "zlib",
    "zstd",
    "eigen_gemm",
    "eigen_svd_double",
    "eigen_svd_fvectors",
    "openssl_sha",
    "vector_add",
    "mce_check",
)
_CAUGHT_BY = "eigen_gemm"
_SECONDS_A_TEST = 1.0
_FAILED = 1


@tool("opendcdiag")
def opendcdiag(call: Call) -> Steps:
    """``--quick --output-format=tap``."""
    if not set(call.args) <= {"--quick", "--output-format=tap"} or "--output-format=tap" not in call.args:
        return say(stderr=f"opendcdiag: unrecognized option '{' '.join(call.args)}'\n", exit_code=64)
    return _run(call)


def _run(call: Call) -> Steps:
    wrong = sorted(call.machine.cpu.miscomputing)
    head = (
        f"# opendcdiag {' '.join(call.args)}\n"
        f"# Operating system: Linux {call.machine.profile.kernel_release}\n"
        "# Random generator state: AES:0f3c77a1\n"
    )
    yield Out(head.encode())
    for number, name in enumerate(_TESTS, start=1):
        yield Wait(_SECONDS_A_TEST)
        yield Out(_line(number, name, wrong if name == _CAUGHT_BY else []).encode())
    yield Out(f"exit: {'fail' if wrong else 'pass'}\n".encode())
    return _FAILED if wrong else 0


def _line(number: int, name: str, wrong: list[int]) -> str:
    if not wrong:
        return f"ok {number:3d} {name}\n"
    cpu = wrong[0]
    return (
        f"not ok {number:3d} {name}                 # thread {cpu} on CPU {cpu}\n"
        " ---\n  test-runtime: 1000.4\n  threads:\n"
        f"  - thread: {cpu}\n    messages:\n    - {{ level: error, text: 'E> data mismatch' }}\n ...\n"
    )
