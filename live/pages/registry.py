"""Which parts each page has. A new page: its address and reader in `layouts/address`, a module beside this one, a line here."""

from layouts.address.pages import (
    BriefingPage,
    BriefingsPage,
    ComparePage,
    IndicatorPage,
    OrganizationPage,
    OrganizationsPage,
    Page,
    RegionPage,
    SourcePage,
    SourcesPage,
    WhyPage,
)
from live.pages import briefing, briefings, comparison, indicator, organization, organizations, reasons, region, sources
from live.part import Part

PARTS: dict[type[Page], tuple[Part, ...]] = {
    SourcesPage: sources.ALL,
    SourcePage: sources.ONE,
    RegionPage: region.PARTS,
    IndicatorPage: indicator.PARTS,
    OrganizationsPage: organizations.PARTS,
    OrganizationPage: organization.PARTS,
    ComparePage: comparison.PARTS,
    WhyPage: reasons.PARTS,
    BriefingPage: briefing.PARTS,
    BriefingsPage: briefings.PARTS,
}


def parts(page: Page) -> tuple[Part, ...]:
    """The parts of a page."""
    return PARTS[type(page)]
