import json

from django.db import migrations

from trading.audit.audit_chain import event_hash, normalized, seal

_AT_ONCE = 1000


def hash_events(apps, schema_editor):
    """Chain the events that are older than the chain, as they are found; from here on a change shows."""
    connection = schema_editor.connection
    table = " ON trading_event" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:  # it is there again after the migration (trading/triggers.py)
        cursor.execute(f"DROP TRIGGER IF EXISTS event_no_update{table}")
    for counter in apps.get_model("trading", "EventCounter").objects.filter(head="", last__gt=0):
        counter.head = _chain(apps.get_model("trading", "Event"), connection, counter.owner_id)
        counter.seal = seal(counter.owner_id, counter.last, counter.head)
        counter.save()


def _chain(Event, connection, owner_id):
    """The hash of the owner's last event."""
    previous, last = "", 0
    while True:
        waiting = list(Event.objects.filter(owner=owner_id, number__gt=last).order_by("number")[:_AT_ONCE])
        if not waiting:
            return previous
        hashes = []
        for event in waiting:
            previous = _hash(event, previous)
            hashes.append((previous, event.pk))
        last = waiting[-1].number
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE trading_event SET hash = %s WHERE id = %s", hashes)


def _hash(event, previous):
    return event_hash(
        previous,
        owner=event.owner_id,
        number=event.number,
        type=event.type,
        account=event.account_id,
        actor=event.actor_id,
        via=event.via,
        payload=normalized(json.dumps(event.payload)),
        created_at=event.created_at,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('trading', '0005_sessions_risk_alerts'),
    ]

    operations = [
        migrations.RunPython(hash_events, migrations.RunPython.noop),
    ]
