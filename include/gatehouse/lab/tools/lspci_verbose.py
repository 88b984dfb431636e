"""The paragraph under a device in ``lspci -vvv``: link capability and state, error registers, driver."""

from gatehouse.lab.machine.parts import PcieLink
from gatehouse.lab.machine.pci import PciDevice

_HEAD = """\
\tControl: I/O- Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx+
\tStatus: Cap+ 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-
\tLatency: 0
\tInterrupt: pin A routed to IRQ {irq}
\tNUMA node: {numa}
"""
_NO_ROOT = "\tCapabilities: <access denied>\n"
_LINK = """\
\tCapabilities: [60] Express (v2) {kind}, MSI 00
\t\tDevCap:\tMaxPayload 256 bytes, PhantFunc 0
\t\t\tExtTag+ RBE+
\t\tDevCtl:\tCorrErr+ NonFatalErr+ FatalErr+ UnsupReq-
\t\t\tRlxdOrd+ ExtTag+ PhantFunc- AuxPwr- NoSnoop+
\t\t\tMaxPayload 256 bytes, MaxReadReq 4096 bytes
\t\tDevSta:\tCorrErr{replayed} NonFatalErr- FatalErr- UnsupReq- AuxPwr- TransPend-
\t\tLnkCap:\tPort #0, Speed {max_gts:g}GT/s, Width x{max_width}, ASPM not supported
\t\t\tClockPM- Surprise- LLActRep- BwNot- ASPMOptComp+
\t\tLnkCtl:\tASPM Disabled; RCB 64 bytes, Disabled- CommClk+
\t\t\tExtSynch- ClockPM- AutWidDis- BWInt- AutBWInt-
\t\tLnkSta:\tSpeed {gts:g}GT/s {speed_word}, Width x{width} {width_word}
\t\t\tTrErr- Train- SlotClk+ DLActive- BWMgmt- ABWMgmt-
\t\tDevCap2: Completion Timeout: Range ABCD, TimeoutDis+ NROPrPrP- LTR-
\t\t\t 10BitTagComp+ 10BitTagReq+ OBFF Not Supported, ExtFmt+ EETLPPrefix-
\t\tLnkCap2: Supported Link Speeds: 2.5-{max_gts:g}GT/s, Crosslink- Retimer+ 2Retimers+ DRS-
\t\tLnkCtl2: Target Link Speed: {max_gts:g}GT/s, EnterCompliance- SpeedDis-
\t\t\t Transmit Margin: Normal Operating Range, EnterModifiedCompliance- ComplianceSOS-
\t\tLnkSta2: Current De-emphasis Level: -6dB, EqualizationComplete+ EqualizationPhase1+
\t\t\t EqualizationPhase2+ EqualizationPhase3+ LinkEqualizationRequest-
\tCapabilities: [100 v2] Advanced Error Reporting
\t\tUESta:\tDLP- SDES- TLP- FCP- CmpltTO- CmpltAbrt- UnxCmplt- RxOF- MalfTLP- ECRC- UnsupReq- ACSViol-
\t\tUEMsk:\tDLP- SDES- TLP- FCP- CmpltTO- CmpltAbrt- UnxCmplt- RxOF- MalfTLP- ECRC- UnsupReq- ACSViol-
\t\tUESvrt:\tDLP+ SDES+ TLP- FCP+ CmpltTO- CmpltAbrt- UnxCmplt- RxOF+ MalfTLP+ ECRC- UnsupReq- ACSViol-
\t\tCESta:\tRxErr{replayed} BadTLP- BadDLLP{replayed} Rollover- Timeout{replayed} AdvNonFatalErr-
\t\tCEMsk:\tRxErr- BadTLP- BadDLLP- Rollover- Timeout- AdvNonFatalErr+
\t\tAERCap:\tFirst Error Pointer: 00, ECRCGenCap+ ECRCGenEn- ECRCChkCap+ ECRCChkEn-
\t\t\tMultHdrRecCap- MultHdrRecEn- TLPPfxPres- HdrLogCap-
\t\tHeaderLog: 00000000 00000000 00000000 00000000
"""


def verbose(one: PciDevice, level: int, root: bool) -> str:
    """The paragraph; without root the capabilities are hidden, and below ``-vv`` they are only named."""
    ids = one.pci_id
    text = f"\tSubsystem: {ids.vendor_name} Device {ids.subdevice}\n" if ids.subdevice != "0000" else ""
    text += _HEAD.format(irq=16 + sum(one.pci.encode()) % 200, numa=one.numa)
    if not root:
        text += _NO_ROOT
    elif one.link is not None:
        text += _link(one, one.link) if level > 1 else "\tCapabilities: [60] Express Endpoint, MSI 00\n"
    if one.driver:
        text += f"\tKernel driver in use: {one.driver}\n\tKernel modules: {one.driver}\n"
    return text + "\n"


def _link(one: PciDevice, link: PcieLink) -> str:
    return _LINK.format(
        kind="Root Port (Slot+)" if one.pci_id.class_code == "0604" else "Endpoint",
        replayed="+" if link.replays else "-",
        max_gts=link.max_gts,
        max_width=link.max_width,
        gts=link.speed_gts,
        width=link.width,
        speed_word="(ok)" if link.speed_gts >= link.max_gts else "(downgraded)",
        width_word="(ok)" if link.width >= link.max_width else "(downgraded)",
    )
