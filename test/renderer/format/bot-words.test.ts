import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { apiState, connectSnippets } from '../../../src/renderer/format/bot-words.ts'
import { Settings } from '../../../src/shared/settings.ts'

const texts = (url: string | null, settings: unknown = {}) =>
  Object.fromEntries(connectSnippets(url, Settings.parse(settings)).map(({ id, text }) => [id, text]))

describe('how to connect', () => {
  it('names this machine’s addresses, and secrets only as variables', () => {
    const snippets = texts('http://127.0.0.1:9000', { redis: { url: 'rediss://bot@host:6380/2', prefix: 'desk' } })
    expect(snippets.quotes).toBe('curl -H "Authorization: Bearer $CROSSBOOK_TOKEN" http://127.0.0.1:9000/api/v1/quotes')
    expect(snippets.subscribe).toBe("redis-cli -u rediss://bot@host:6380/2 PSUBSCRIBE 'desk:book_ticker:*'")
    expect(texts(null, { gateway: { port: 7_400 } }).balances).toContain('http://127.0.0.1:7400/api/v1/balances')
  })

  it('quotes what a shell would take apart', () => {
    const { subscribe } = texts(null, { redis: { certificateAuthorityFile: "/home/it's me/ca $(x).pem" } })
    const words = execFileSync('bash', ['-c', `printf '%s\\n' ${subscribe}`], { encoding: 'utf8' }).split('\n')
    expect(words).toEqual([
      'redis-cli',
      '-u',
      'redis://127.0.0.1:6379',
      '--cacert',
      "/home/it's me/ca $(x).pem",
      'PSUBSCRIBE',
      'crossbook:book_ticker:*',
      '',
    ])
  })
})

describe('the state of the local API', () => {
  it('is open, not open, or off', () => {
    expect(apiState({ url: 'http://127.0.0.1:1', problem: null }).text).toBe('Open')
    expect(apiState({ url: null, problem: 'port 7373 is taken' }).text).toBe('Not open')
    expect(apiState({ url: null, problem: null }).text).toBe('Off')
  })
})
