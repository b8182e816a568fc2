"""A tap in the style of the SDK's template: a request per day and stream, in turn."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import requests
from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BearerTokenAuthenticator
from singer_sdk.pagination import BaseAPIPaginator
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterable


@cache
def token(auth_url: str, client_id: str, client_secret: str) -> str:
    """Log in, once."""
    login = {
        "client_id": client_id,
        "client_secret": client_secret,
        "grant_type": "client_credentials",
    }
    answer = requests.post(auth_url, json=login, timeout=60)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


class DayPaginator(BaseAPIPaginator[date]):
    """A page is a day."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(first)
        self.last = last

    @override
    def continue_if_empty(self, response: requests.Response) -> bool:
        return True  # else the first day without activity is the last

    @override
    def get_next(self, response: requests.Response) -> date | None:
        following = self.current_value + timedelta(days=1)
        return following if following <= self.last else None


class UsageStream(RESTStream[date]):
    """What the streams have in common."""

    path = "/api/v1/data/usage"
    replication_key = "day"
    is_sorted = True

    @property
    def url_base(self) -> str:
        return str(self.config["api_url"])

    @property
    def authenticator(self) -> BearerTokenAuthenticator:
        names = ("auth_url", "client_id", "client_secret")
        known = token(*(self.config[name] for name in names))
        return BearerTokenAuthenticator(token=known)

    @override
    def get_new_paginator(self) -> DayPaginator:
        first, last = (date.fromisoformat(self.config[n]) for n in ("first", "last"))
        return DayPaginator(first, last)

    @override
    def get_url_params(self, context: Any, next_page_token: Any) -> dict[str, Any]:
        return {"day": next_page_token.isoformat()}

    @override
    def parse_response(self, response: requests.Response) -> Iterable[dict[str, Any]]:
        day = parse_qs(urlsplit(response.request.url or "").query)["day"][0]
        for row in super().parse_response(response):
            yield {"day": day, **row}


class Users(UsageStream):
    name = "users"
    primary_keys = ("day", "email")
    records_jsonpath = "$.data.users[*]"
    schema = th.PropertiesList(
        th.Property("day", th.DateType, required=True),
        th.Property("email", th.StringType, required=True),
        th.Property("messages", th.IntegerType),
        th.Property("last_active", th.DateType),
        th.Property("ides", th.ArrayType(th.StringType)),
        th.Property("languages", th.ArrayType(th.StringType)),
    ).to_dict()


class Daily(UsageStream):
    name = "daily"
    primary_keys = ("day",)
    records_jsonpath = "$.data.daily[*]"
    schema = th.PropertiesList(
        th.Property("day", th.DateType, required=True),
        th.Property("active_users", th.IntegerType),
        th.Property("messages", th.IntegerType),
        th.Property("ides", th.ArrayType(th.ObjectType())),
        th.Property("languages", th.ArrayType(th.ObjectType())),
    ).to_dict()


class DailyIdes(UsageStream):
    name = "daily_ides"
    primary_keys = ("day", "ide_name")
    records_jsonpath = "$.data.daily[*].ides[*]"
    schema = th.PropertiesList(
        th.Property("day", th.DateType, required=True),
        th.Property("ide_name", th.StringType, required=True),
        th.Property("engaged_users", th.IntegerType),
    ).to_dict()


class DailyLanguages(UsageStream):
    name = "daily_languages"
    primary_keys = ("day", "language_name")
    records_jsonpath = "$.data.daily[*].languages[*]"
    schema = th.PropertiesList(
        th.Property("day", th.DateType, required=True),
        th.Property("language_name", th.StringType, required=True),
        th.Property("engaged_users", th.IntegerType),
    ).to_dict()


class TapTemplate(Tap):
    """The tap."""

    name = "tap-template"
    config_jsonschema = th.PropertiesList().to_dict()

    @override
    def discover_streams(self) -> list[UsageStream]:
        return [kind(self) for kind in (Daily, DailyIdes, DailyLanguages, Users)]


if __name__ == "__main__":
    TapTemplate.cli()
