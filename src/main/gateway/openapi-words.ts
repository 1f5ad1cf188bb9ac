/** What the document says besides its routes: above all the WebSocket, for which OpenAPI has no words of its own. */
import { standardIntervalMs } from './stream/messages.ts'
import { eventTypes, topicKinds } from './stream/topics.ts'

const names = [': EXCHANGE', ': EXCHANGE : NAME', ': EXCHANGE : NAME : period']

const topicRows = eventTypes.map((event) => {
  const { scope, parts, delivery, hasSnapshot, summary } = topicKinds[event]
  const form = `\`${event}${(names[parts - 1] ?? '').replaceAll(' ', '')}\``
  return `| ${form} | ${scope} | ${delivery} | ${hasSnapshot ? 'yes' : 'no'} | ${summary} |`
})

export const description = `
Crossbook's data for your own programs. Everything is JSON in the same shapes as over Redis: prices and quantities are decimal text, times
are epoch ms, what is not known is null. Crossbook only watches: nothing here places, changes or cancels an order.

**Token.** \`crossbook token create --name bot --scopes market,account\` prints one once. Send it as \`Authorization: Bearer cbk_…\`; a token
in an address is refused. Lists are \`{"data":[…],"next":…}\`; errors are \`{"error":{"code","message"}}\`.

## WebSocket: /api/v1/stream

Connect with the same header, or offer the subprotocols \`crossbook.v1\` and \`token.<token>\`. Send JSON text of at most 64 kB:

\`\`\`json
{"type":"subscribe","id":1,"topics":["book_ticker:BINANCE:BTC_USDT","kline:*:BTC_USDT:1m","fill"],"interval_ms":${standardIntervalMs}}
{"type":"unsubscribe","id":2,"topics":["fill"]}
{"type":"request_historical","id":"h1","exchange":"OKX","symbol":"BTC_USDT","period":"1m","from":1767225600000,"to":1767229200000}
{"type":"cancel","id":"h1"}
{"type":"request_current_timestamp","id":"t1","exchange":"OKX","symbol":"BTC_USDT","period":"1m"}
{"type":"ping","id":3}
\`\`\`

Answers carry a \`type\` and your \`id\`: \`subscribed\`, \`unsubscribed\`, \`historical_data_chunk\` … \`historical_data_complete\`,
\`current_timestamp_response\`, \`pong\`, and \`error_response\` (\`code\`, \`message\`) for what cannot be. Events carry an \`event_type\` instead.
After \`subscribed\` comes one \`snapshot\` per topic that has one, which replaces what you hold of that topic; it comes again when
instruments or accounts change. Everything after it follows without a gap.

A topic is \`event_type[:EXCHANGE[:NAME[:period]]]\`; \`*\` stands for any run of characters within a part, parts left out are \`*\`.

| topic | scope | delivery | snapshot | |
|---|---|---|---|---|
${topicRows.join('\n')}

*State* comes at most once per \`interval_ms\` and key, the newest; *happenings* come every one, in order. A client that does not read is cut
off: close code 4408 (too slow), 4401 (token revoked), 4429 (too many requests), 1009 (message too large). Schemas: StreamRequest, StreamReply,
UnifiedMessage below.
`.trim()
