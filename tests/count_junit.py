"""Prints "passed failed skipped" of a JUnit file as ctest writes it."""
import sys
import xml.etree.ElementTree as tree

suite = tree.parse(sys.argv[1]).getroot()
total, failed, skipped, disabled = (
    int(suite.get(name, 0)) for name in ("tests", "failures", "skipped", "disabled")
)
print(total - failed - skipped - disabled, failed, skipped)
