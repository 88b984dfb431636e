"""Limits that readings must keep, and the bounds that physics sets to the readings themselves.

Every limit carries a value that passes and a value that fails, and refuses to load when it would answer otherwise:
a check must be able to fail.
"""

from abc import ABC, abstractmethod
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from gatehouse.catalog.addresses import matches_part
from gatehouse.catalog.base import Spec
from gatehouse.model.readings import unit_of
from gatehouse.model.status import Action, Severity
from gatehouse.model.values import is_number, said

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Value = bool | int | float | str
