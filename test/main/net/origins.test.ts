import { describe, expect, it } from 'vitest'
import { swapOrigin } from '../../../src/main/net/origins.ts'

describe('swapOrigin', () => {
  it.each([
    ['keeps path and query to the letter', 'https://a.test/x/y?q=%2F&r=a+b#c', 'http://127.0.0.1:1/x/y?q=%2F&r=a+b#c'],
    ['knows a port', 'wss://s.test:9443/ws', 'ws://127.0.0.1:2/ws'],
    ['takes the default port for none', 'wss://t.test/ws', 'ws://127.0.0.1:3/ws'],
    ['takes none for the default port', 'https://a.test:443/x', 'http://127.0.0.1:1/x'],
    ['does not mind the case of a host', 'https://A.Test/X', 'http://127.0.0.1:1/X'],
    ['appends nothing to a bare origin', 'https://a.test', 'http://127.0.0.1:1'],
    ['drops a trailing slash of the map', 'https://b.test/x', 'http://127.0.0.1:4/x'],
    ['leaves another port alone', 'wss://s.test/ws', 'wss://s.test/ws'],
    ['leaves another scheme alone', 'wss://a.test/ws', 'wss://a.test/ws'],
    ['leaves a longer host alone', 'https://a.test.evil/x', 'https://a.test.evil/x'],
    ['leaves what is no address alone', 'nonsense', 'nonsense'],
  ])('%s', (_name, url, swapped) => {
    const map = {
      'https://a.test': 'http://127.0.0.1:1',
      'wss://s.test:9443': 'ws://127.0.0.1:2',
      'wss://t.test:443': 'ws://127.0.0.1:3',
      'https://b.test': 'http://127.0.0.1:4/',
    }
    expect(swapOrigin(url, map)).toBe(swapped)
  })
})
