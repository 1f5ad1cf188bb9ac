import { describe, expect, it } from 'vitest'
import { KeyRing, newAccountId } from '../../../src/main/account/keys.ts'
import type { AccountSettings } from '../../../src/shared/settings.ts'

const account = (more: Partial<AccountSettings> = {}): AccountSettings => ({
  id: 'okx-server',
  exchange: 'okx',
  label: 'Server',
  enabled: true,
  environment: { key: 'OKX_KEY', secret: 'OKX_SECRET', passphrase: 'OKX_PASSPHRASE' },
  ...more,
})

describe('keys from the environment', () => {
  const all = { OKX_KEY: 'k', OKX_SECRET: 's', OKX_PASSPHRASE: 'p' }

  it('are read from the variables that settings name', async () => {
    expect(await new KeyRing(all).load(account())).toEqual({
      ok: true,
      credentials: { key: 'k', secret: 's', passphrase: 'p' },
    })
  })

  it('are missed by name, never by value', async () => {
    const lookup = await new KeyRing({ OKX_KEY: 'k', OKX_SECRET: '' }).load(account())
    expect(lookup).toEqual({
      ok: false,
      problem: 'not set in the environment: OKX_SECRET, OKX_PASSPHRASE',
      retry: false,
    })
  })

  it('of an exchange with passphrases must name one', async () => {
    const lookup = await new KeyRing(all).load(account({ environment: { key: 'OKX_KEY', secret: 'OKX_SECRET' } }))
    expect(lookup).toMatchObject({ ok: false, problem: expect.stringContaining('passphrase') })
  })

  it('need no passphrase elsewhere', async () => {
    const lookup = await new KeyRing(all).load(
      account({ exchange: 'binance', environment: { key: 'OKX_KEY', secret: 'OKX_SECRET' } }),
    )
    expect(lookup).toMatchObject({ ok: true, credentials: { passphrase: null } })
  })
})

describe('ids of accounts', () => {
  it('are made of exchange and label, and never given twice', () => {
    expect(newAccountId('binance', 'Main', [])).toBe('binance-main')
    expect(newAccountId('binance', 'Main', ['binance-main'])).toBe('binance-main-2')
    expect(newAccountId('gate', ' Über & Co. ', [])).toBe('gate-ber-co')
    expect(newAccountId('mexc', '日本', [])).toBe('mexc')
  })
})
