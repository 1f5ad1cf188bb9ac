import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { startHub } from '../support/hub.ts'

const account = (id: string) => ({
  id,
  exchange: 'binance',
  label: id,
  environment: { key: 'CROSSBOOK_TEST_UNSET', secret: 'CROSSBOOK_TEST_UNSET' },
})

describe('accounts that another program adds while the hub runs', () => {
  it('stay when the hub writes its own', async () => {
    const { hub, ask, settingsFile } = await startHub({
      settings: { mode: 'live', exchanges: { binance: { enabled: false } }, accounts: [account('first')] },
    })
    const settings = parse(readFileSync(settingsFile, 'utf8'))
    writeFileSync(settingsFile, stringify({ ...settings, accounts: [account('first'), account('second')] }))
    await ask('accounts.rename', { id: 'first', label: 'Main' })
    const labels = (accounts: readonly { label: string }[]) => accounts.map(({ label }) => label)
    expect(labels(parse(readFileSync(settingsFile, 'utf8')).accounts)).toEqual(['Main', 'second'])
    expect(labels(await ask('accounts.list', {}))).toEqual(['Main', 'second'])
    await hub.stop()
  })
})
