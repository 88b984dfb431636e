"""Lines of smartctl's text outside its tables: refusals, warnings, self-tests, and those that end a section."""

import re

# Lines that say why smartctl could not do something, or what its answer rests on.
REFUSAL = re.compile(
    r"(?:Smartctl open device: .{1,200}|Read Device Identity failed.{0,200}|.{1,80}: Unknown USB bridge.{0,80}|"
    r".{0,80}Unable to detect device type.{0,80}|A mandatory SMART command failed.{0,120}|=======> .{1,120}|"
    r".{0,80}[Ff]ailed: .{0,120}|Device is in \w{1,20} mode.{0,40}|.{0,60}Inappropriate ioctl.{0,60}|"
    r".{0,80}(?:Permission|Operation not) (?:denied|permitted).{0,60})"
)
WARNING = re.compile(r"Warning: .{1,200}")
# The last lines of smartctl's sections, which end a capture without its newline just as well.
LAST_LINE = re.compile(
    r"If Selective self-test is pending on power-up, resume after \d{1,6} minute delay\.|No Errors Logged|"
    r"No [Ss]elf-tests (?:Logged|have been logged.{0,60})|Self-tests not supported|"
    r"Selective Self-tests/Logging not supported|Device does not support Self Test logging|"
    r"/dev/\S{1,60} -d \S{1,40} # .{1,120} device|"
    r"SMART overall-health self-assessment test result: (?:PASSED|FAILED!)|SMART Health Status: OK|"
    r"Long \(extended\) Self-test duration: .{1,40} minutes\]|(?:# ?)?\s{0,3}\d{1,3}\s.{1,120}\s-"
)
SELF_TEST = re.compile(
    r"(?:#\s{0,2}1|\s{0,3}0)\s{1,4}(?P<type>[A-Z].{2,30}?)\s{1,20}"
    r"(?P<status>Completed: (?:[a-z/]{1,20} ){0,2}failures?|Completed: failed segments?|"
    r"Failed in .{0,12}segment.{0,12}|Fatal or unknown .{0,6}error|Completed without error|Completed|"
    r"Aborted.{0,20}?|Interrupted.{0,20}?|"
    r"Self-test routine in progress|Self test in progress)(?=\s|$).{0,120}"
)
BAD_TEST = re.compile(r"failure|failed|fatal", re.IGNORECASE)
# A line of --scan: /dev/sda -d sat # /dev/sda [SAT], ATA device
SCANNED = re.compile(r"(/dev/\S{1,60}) -d (\S{1,40}) # .{1,120} device")
