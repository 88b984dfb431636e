"""The sudoers file of plans: what their hosts run as root, by plan, over some SKUs."""

from collections.abc import Sequence

from gatehouse.catalog.loader import Catalog
from gatehouse.operations.preview_plan import preview_plan
from gatehouse.reports.sudoers import FOLDERS, sudoers
from gatehouse.transport.framing import under_sudo


def sudoers_of(
    catalog: Catalog, plans: Sequence[str], skus: Sequence[str], user: str, folders: Sequence[str] = FOLDERS
) -> str:
    """The text of the file.

    Raises:
        NotFoundError: no such plan or SKU.
        UsageError: something that cannot stand in a sudoers file.
    """
    commands = {
        plan: [
            under_sudo(asked.command)
            for sku in dict.fromkeys(skus)
            for asked in preview_plan(catalog, plan, sku).commands
            if asked.command.root
        ]
        for plan in dict.fromkeys(plans)
    }
    return sudoers(user, commands, folders)
