"""The phase report that people take to a gate review: one document, shown as a page to print and as JSON."""
