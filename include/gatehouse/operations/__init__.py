"""One verb a file: what people and pipelines ask Gatehouse to do."""
