import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { balancePath, channelPath, happeningTypes, positionPath } from '../../../../src/main/bridges/redis/names.ts'
import { UnifiedMessage } from '../../../../src/shared/unified/schemas.ts'
import { fieldsOf, nameOf } from './field-types.ts'

const text = readFileSync(join(import.meta.dirname, '../../../../docs/bots.md'), 'utf8')
const [, messages = ''] = text.split('\n## Messages\n')
const sections = new Map(
  messages
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
)
// A spread is no event of the bus; the API alone gives it.
const published = UnifiedMessage.options.filter((schema) => nameOf(schema) !== 'spread')

describe('docs/bots.md', () => {
  it('has a section for every message and no other', () => {
    expect([...sections.keys()]).toEqual(published.map(nameOf))
  })

  it.each(published.map((schema) => [nameOf(schema), schema] as const))(
    'tells the fields of %s, with an example',
    (name, schema) => {
      const section = sections.get(name) ?? ''
      const fields = [...section.matchAll(/^\| `(\w+)` \| (.+?) \| (.+) \|$/gm)].map(([, field, type, meaning]) => ({
        field,
        type,
        meaning,
      }))
      expect(fields.map(({ field, type }) => [field, type])).toEqual(fieldsOf(schema))
      const [, json = ''] = /```json\n(.+)\n```/.exec(section) ?? []
      const example: unknown = JSON.parse(json)
      const message = UnifiedMessage.parse(example)
      expect(example).toEqual(message)
      expect(Object.keys(message)).toEqual(fields.map(({ field }) => field))
      const places = [...section.matchAll(/^- (Channel|Stream|Key): `(.+)`$/gm)].map(
        ([, kind, place]) => `${kind} ${place}`,
      )
      const latest =
        message.event_type === 'balance'
          ? balancePath(message)
          : message.event_type === 'position'
            ? positionPath(message)
            : channelPath(message)
      expect(places).toEqual([
        `Channel crossbook:${channelPath(message)}`,
        ...(happeningTypes.some((type) => type === name) ? [`Stream crossbook:stream:${name}`] : []),
        ...(['book_ticker', 'order_book', 'funding_rate', 'balance', 'position'].includes(name)
          ? [`Key crossbook:latest:${latest}`]
          : []),
      ])
    },
  )
})
