"""Where a person can be reached, and how they want to be."""

from datetime import datetime, time
from typing import Self, TypeVar
from uuid import UUID

import strawberry

from app.domain.affect import Weekday
from app.domain.notifications import LockScreenDetail, Platform, Preferences, PushTransport
from app.domain.notifications import QuietHours as Quiet
from app.errors import ErrorCode, Refused
from app.gateways.web_push import VAPID, public_key, vapid_key
from app.pipeline import reach
from app.storage.notify import devices, preferences
from app.storage.notify.devices import Device as KeptDevice
from app.storage.notify.devices import NewDevice
from graphql_schema.context import Context, Info
from graphql_schema.directives import costs
from graphql_schema.ids import encode, uuid_of
from graphql_schema.job_desk import refuse
from graphql_schema.node import Node, Payload, user_errors
from graphql_schema.scalars import Locale, TimeZone

LocalTime = time
"""By a name of its own: fields below are called `time`."""
_Value = TypeVar("_Value")


@strawberry.type(description="Where a person can be told that something is there to read; its address is not shown.")
class Device(Node):
    id: strawberry.ID
    platform: Platform = strawberry.field(description="As the app gave it.")
    transport: PushTransport = strawberry.field(description="How it is reached.")
    app_version: str = strawberry.field(description="As the app gave it.")
    last_seen_at: datetime = strawberry.field(description="Last time the app renewed it.")
    reachable: bool = strawberry.field(description="False after the push service said that the address is gone.")

    @classmethod
    def of(cls, device: KeptDevice) -> Self:
        return cls(
            id=encode("Device", device.id),
            platform=device.platform,
            transport=PushTransport.WEB_PUSH,
            app_version=device.app_version,
            last_seen_at=device.seen_at,
            reachable=device.reachable,
        )


@strawberry.type(description="Between these nobody is told anything; over midnight when `from` is the later one.")
class QuietHours:
    from_: LocalTime = strawberry.field(name="from")
    to: LocalTime = strawberry.field(description="The first minute that is not quiet any more.")


@strawberry.type(description="How the viewer wants to be told; what they never chose is the default.")
class NotificationPreferences:
    weekly_summary: bool = strawberry.field(description="Whether to tell that a week can be read.")
    monthly_summary: bool = strawberry.field(description="Whether to tell that a month can be read.")
    day: Weekday = strawberry.field(description="On which day a week is told.")
    time: LocalTime = strawberry.field(description="Local time of the weekly push; moved out of quiet hours.")
    quiet_hours: QuietHours | None = strawberry.field(description="Null: no quiet hours.")
    lock_screen: LockScreenDetail = strawberry.field(
        description="No push holds feelings, patterns or numbers, whichever is chosen."
    )

    @strawberry.field(
        description="What a browser subscribes under: `applicationServerKey` of PushManager.subscribe, in base64url."
        " The same for every viewer of an installation."
    )
    def web_push_key(self, info: Info) -> str:
        return public_key(vapid_key(info.context.ports.keyring.identity.key_for(VAPID)))

    @classmethod
    def of(cls, chosen: Preferences) -> Self:
        return cls(
            weekly_summary=chosen.weekly_summary,
            monthly_summary=chosen.monthly_summary,
            day=chosen.day,
            time=chosen.at,
            quiet_hours=QuietHours(from_=chosen.quiet.start, to=chosen.quiet.end) if chosen.quiet else None,
            lock_screen=chosen.lock_screen,
        )


async def list_devices(context: Context) -> list[Device]:
    """The caller's devices, the one that was renewed last first."""
    person_id = context.person_id()
    async with context.read() as tx:
        return [Device.of(each) for each in await devices.list_devices(tx, person_id)]


async def find_device(context: Context, device_id: UUID) -> Device | None:
    """One device, None when it is not the caller's."""
    person_id = context.person_id()
    async with context.read() as tx:
        found = await devices.find(tx, person_id, device_id)
    return None if found is None else Device.of(found)


async def find_preferences(context: Context) -> NotificationPreferences:
    """What the caller chose, or the defaults."""
    person_id = context.person_id()
    async with context.read() as tx:
        return NotificationPreferences.of(await preferences.find(tx, person_id))


@strawberry.input
class WebPushInput:
    endpoint: str = strawberry.field(description="The push service's https URL, at most 1,000 characters.")
    p256dh: str = strawberry.field(description="The browser's public key, base64url.")
    auth: str = strawberry.field(description="The browser's shared secret, base64url.")


@strawberry.input
class RegisterDeviceInput:
    platform: Platform
    web_push: WebPushInput
    app_version: str = strawberry.field(description="Numbers and points, as in 4.12.0.")
    locale: Locale
    time_zone: TimeZone


@strawberry.type
class RegisterDevicePayload(Payload):
    device: Device | None = strawberry.field(description="Null when refused.")


@strawberry.input
class UnregisterDeviceInput:
    device_id: strawberry.ID


@strawberry.type
class UnregisterDevicePayload(Payload):
    device_id: strawberry.ID | None = strawberry.field(description="The id that is gone; null when refused.")


@strawberry.input
class QuietHoursInput:
    from_: LocalTime = strawberry.field(name="from")
    to: LocalTime


@strawberry.input
class NotificationPreferencesInput:
    weekly_summary: bool | None = None
    monthly_summary: bool | None = None
    day: Weekday | None = None
    time: LocalTime | None = strawberry.field(default=None, description="Local time of the weekly push.")
    quiet_hours: QuietHoursInput | None = strawberry.field(
        default=strawberry.UNSET, description="Explicit null clears it."
    )
    lock_screen: LockScreenDetail | None = None

    def changed(self, chosen: Preferences) -> Preferences:
        """`chosen`, with what is given here in its place."""
        quiet = self.quiet_hours
        wanted_quiet = Quiet(quiet.from_, quiet.to) if quiet else None
        return Preferences(
            weekly_summary=_given(self.weekly_summary, chosen.weekly_summary),
            monthly_summary=_given(self.monthly_summary, chosen.monthly_summary),
            day=_given(self.day, chosen.day),
            at=_given(self.time, chosen.at),
            quiet=chosen.quiet if quiet is strawberry.UNSET else wanted_quiet,
            lock_screen=_given(self.lock_screen, chosen.lock_screen),
        )


def _given(value: _Value | None, before: _Value) -> _Value:
    return before if value is None else value


@strawberry.type
class NotificationPreferencesPayload(Payload):
    preferences: NotificationPreferences | None = strawberry.field(description="As they are now; null when refused.")


@strawberry.type
class NotificationMutation:
    @strawberry.mutation(
        description="Register an address of Web Push, or renew it. One that was another person's is theirs no more; of"
        " more than 20 the oldest are dropped.",
        directives=costs(2),
    )
    async def register_device(self, info: Info, input: RegisterDeviceInput) -> RegisterDevicePayload:  # noqa: A002 - the contract's name
        context, push = info.context, input.web_push
        new = NewDevice(
            platform=input.platform,
            endpoint=push.endpoint,
            p256dh=push.p256dh,
            auth=push.auth,
            app_version=input.app_version,
            locale=input.locale,
            zone=input.time_zone,
        )
        try:
            head = await context.known_head()
            device_id = await reach.register(context.ports, head.person, new)
        except Refused as refused:
            return RegisterDevicePayload(user_errors=user_errors(refused), device=None)
        return RegisterDevicePayload(user_errors=[], device=await find_device(context, device_id))

    @strawberry.mutation(description="Forget a device.", directives=costs(2))
    async def unregister_device(self, info: Info, input: UnregisterDeviceInput) -> UnregisterDevicePayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            head = await context.known_head()
            device_id = uuid_of(input.device_id, "Device")
            if device_id is None:
                raise refuse(ErrorCode.NOT_FOUND, "There is no such device.", "deviceId")
            await reach.unregister(context.ports, head.person, device_id)
        except Refused as refused:
            return UnregisterDevicePayload(user_errors=user_errors(refused), device_id=None)
        return UnregisterDevicePayload(user_errors=[], device_id=input.device_id)

    @strawberry.mutation(
        description="Say how you want to be told. Absent fields stay as they are.", directives=costs(2)
    )
    async def update_notification_preferences(
        self,
        info: Info,
        input: NotificationPreferencesInput,  # noqa: A002 - the contract's name
    ) -> NotificationPreferencesPayload:
        context = info.context
        try:
            head = await context.known_head()
            chosen = await reach.choose(context.ports, head.person, input.changed)
        except Refused as refused:
            return NotificationPreferencesPayload(user_errors=user_errors(refused), preferences=None)
        return NotificationPreferencesPayload(user_errors=[], preferences=NotificationPreferences.of(chosen))
