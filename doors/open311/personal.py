"""What a request may hold of the person who made it: never among what is shown, nor among what is refused."""

from collections.abc import Mapping
from typing import Any

FIELDS = ("email", "device_id", "account_id", "first_name", "last_name", "phone")
LOOKS = (*FIELDS, "e_mail", "email_address", "name_first", "name_last", "firstname", "lastname", "full_name", "phone_number",
         "telephone", "mobile", "reporter", "reporter_name", "requester", "requestor", "contact", "contact_name", "user",
         "user_id", "author", "anonymous_id")


def without(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request without what it holds of a person."""
    return {name: value for name, value in request.items() if name.strip().lower().replace("-", "_") not in LOOKS}
