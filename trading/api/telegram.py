"""/api/telegram/: the caller's own Telegram bot. Its token goes in, and never comes out."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brokers.api.strict import SecretField, StrictSerializer
from trading.api.throttles import NotifyThrottle
from trading.models import TelegramBot
from trading.telegram import bots


class TelegramSerializer(serializers.Serializer):
    """`link_code` is null when it was used or is older than a quarter of an hour; `link_url` opens the chat with it."""

    configured = serializers.BooleanField()
    username = serializers.CharField()
    linked = serializers.BooleanField()
    link_code = serializers.CharField(allow_null=True)
    link_url = serializers.CharField(allow_null=True)
    link_expires_at = serializers.DateTimeField(allow_null=True)
    is_enabled = serializers.BooleanField()
    error = serializers.CharField()
    ignored = serializers.IntegerField(help_text="Messages from chats that are not linked.")


class TelegramTokenSerializer(StrictSerializer):
    token = SecretField(help_text="As BotFather shows it.")


class TelegramSwitchSerializer(StrictSerializer):
    is_enabled = serializers.BooleanField()


class TelegramRefusal(APIException):
    status_code = 503
    default_code = "telegram_unreachable"


def _shown(bot: TelegramBot | None) -> dict[str, Any]:
    if bot is None:
        bot = TelegramBot(is_enabled=False)
    good = bots.code_is_good(bot)
    return dict(
        TelegramSerializer(
            {
                "configured": bot.pk is not None,
                "username": bot.username,
                "linked": bot.chat_id is not None,
                "link_code": bot.link_code if good else None,
                "link_url": f"https://t.me/{bot.username}?start={bot.link_code}" if good else None,
                "link_expires_at": bot.link_code_at + bots.LINK_VALID if good and bot.link_code_at else None,
                "is_enabled": bot.is_enabled,
                "error": bot.error,
                "ignored": bot.ignored,
            }
        ).data
    )


def _user_id(request: Request) -> int:
    return int(request.user.pk or 0)


class TelegramView(APIView):
    throttle_classes = [NotifyThrottle]

    @extend_schema(responses=TelegramSerializer)
    def get(self, request: Request) -> Response:
        """The bot, whether a chat is linked, and what keeps it from listening."""
        return Response(_shown(TelegramBot.objects.filter(owner=_user_id(request)).first()))

    @extend_schema(request=TelegramTokenSerializer, responses=TelegramSerializer)
    def put(self, request: Request) -> Response:
        """Try the token out at Telegram, store it encrypted, and make a code to link a chat with."""
        from trading.telegram.client import TelegramError, TokenRefused

        given = TelegramTokenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            bot = bots.set_token(owner_id=_user_id(request), token=given.validated_data["token"])
        except (TokenRefused, bots.BotTaken) as error:
            raise ValidationError({"token": [str(error)]}) from None
        except TelegramError as error:
            raise TelegramRefusal(str(error)) from None
        return Response(_shown(bot))

    @extend_schema(request=TelegramSwitchSerializer, responses=TelegramSerializer)
    def patch(self, request: Request) -> Response:
        """Let the bot listen, or not."""
        given = TelegramSwitchSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(_shown(_found(bots.switch, owner_id=_user_id(request), **given.validated_data)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget the bot and its token."""
        _found(bots.remove, owner_id=_user_id(request))
        return Response(status=204)


class TelegramLinkView(APIView):
    throttle_classes = [NotifyThrottle]

    @extend_schema(request=None, responses=TelegramSerializer)
    def post(self, request: Request) -> Response:
        """A new code: the chat that sends `/start CODE` to the bot within a quarter of an hour is the one it obeys."""
        return Response(_shown(_found(bots.new_link_code, owner_id=_user_id(request))))


def _found(service: Any, **arguments: Any) -> Any:
    try:
        return service(**arguments)
    except TelegramBot.DoesNotExist:
        raise NotFound("There is no Telegram bot.") from None
