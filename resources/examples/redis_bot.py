#!/usr/bin/env python3
"""
A bot on Crossbook's Redis bridge: first the fills it missed while it was away, then every fill and quote as it comes.

    pip install redis            (Debian: apt-get install python3-redis)
    python3 redis_bot.py --redis redis://127.0.0.1:6379 --symbol BTC_USDT

Fills are read from their stream, never from the channel: the stream still has them after a crash of the bot, the file `--state`
remembers how far it came. Quotes are heard on the channel: an old one is worth nothing.
"""
import argparse
import json
import os
import sys
import time

import redis


def read_state(path):
    """The id of the last fill that was handled, and its sequence number by sender."""
    try:
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
            return state["last_id"], state["sequences"]
    except FileNotFoundError:
        return "0-0", {}


def write_state(path, last_id, sequences):
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump({"last_id": last_id, "sequences": sequences}, file)
    os.replace(path + ".new", path)


def checked(text):
    message = json.loads(text)
    if message["version"] != 1:
        sys.exit(f"this bot understands version 1, not {message['version']}")
    return message


def on_fill(fill):
    # A completion only adds the fee or the profit to a fill that came before.
    word = "completed" if fill["is_completion"] else "fill"
    print(f"{word} {fill['exchange']} {fill['side']} {fill['quantity']} {fill['symbol']} at {fill['price']}", flush=True)


def on_quote(quote):
    if not quote["is_live"]:
        print(f"quote {quote['exchange']} {quote['symbol']} is down", flush=True)
    else:
        print(f"quote {quote['exchange']} {quote['symbol']} {quote['bid_price']} / {quote['ask_price']}", flush=True)


def main():
    options = argparse.ArgumentParser(description="prints fills and quotes")
    options.add_argument("--redis", default="redis://127.0.0.1:6379")
    options.add_argument("--prefix", default="crossbook")
    options.add_argument("--symbol", default="BTC_USDT")
    options.add_argument("--state", default="redis_bot.state.json")
    options.add_argument("--quotes", type=int, default=0, help="end after so many quotes; 0: never")
    arguments = options.parse_args()

    # The password, if there is one, belongs into the environment, not into the command line.
    client = redis.Redis.from_url(arguments.redis, password=os.environ.get("REDIS_PASSWORD"), decode_responses=True)
    stream = f"{arguments.prefix}:stream:fill"
    last_id, sequences = read_state(arguments.state)

    oldest = client.xrange(stream, count=1)
    if last_id != "0-0" and oldest and tuple(map(int, oldest[0][0].split("-"))) > tuple(map(int, last_id.split("-"))):
        print("away for too long: some fills may no longer be in the stream", flush=True)

    channels = client.pubsub(ignore_subscribe_messages=True)
    channels.psubscribe(f"{arguments.prefix}:book_ticker:*:{arguments.symbol}")
    quotes = 0
    while arguments.quotes == 0 or quotes < arguments.quotes:
        try:
            for _, entries in client.xread({stream: last_id}, count=1000):
                for entry_id, fields in entries:
                    sequence = int(fields["sequence"])
                    # Crossbook stores each fill once; a server restored from an older copy may still show one again.
                    if sequence > sequences.get(fields["sender"], 0):
                        on_fill(checked(fields["message"]))
                        sequences[fields["sender"]] = sequence
                    last_id = entry_id
                write_state(arguments.state, last_id, sequences)
            heard = channels.get_message(timeout=0.1)
            while heard:
                on_quote(checked(heard["data"]))
                quotes += 1
                heard = channels.get_message(timeout=0)
        except redis.ConnectionError as error:
            print(f"Redis is away, trying again: {error}", file=sys.stderr)
            time.sleep(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
