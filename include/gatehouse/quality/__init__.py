"""May the data of a round be trusted? Great Expectations decides; nothing here knows the store.

``judge.judge_round`` is the one door. Great Expectations costs 4-6 CPU seconds to import, so only the folder
``expectations`` and ``engine`` import it, and the door imports those when it is called.
"""
