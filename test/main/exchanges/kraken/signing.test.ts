import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSign, readingPaths, signatureOf } from '../../../../src/main/exchanges/kraken/signing.ts'

// The vector of the documentation's page on authentication, and two computed by its recipe.
const secret = 'kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=='
const nonce = '1616492376594'

describe("kraken's signatures", () => {
  it('are the documented one', () => {
    const body = `nonce=${nonce}&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25`
    expect(signatureOf(secret, '/0/private/AddOrder', nonce, body)).toBe(
      '4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==',
    )
  })

  it.each([
    ['BalanceEx', '1j2wTVcCjQvueYQKkvwE3KMKUKZ2X44OnlJOYr2nPt3WwRIl69rXv3dyHxdoxHIc88DGbIR+WwRtR0qudfAL+w=='],
    ['GetWebSocketsToken', '+mRDmY9Ks0Moc1zjv/BjfvYa98buO0x1yHChZR5onlfAzAUbfIYlLggUZzdQ0RsmXm4Sh+Q8iAIZdo2wSeHeiA=='],
  ])('are those of a form with nothing but a nonce: %s', (path, signature) => {
    expect(signatureOf(secret, `/0/private/${path}`, nonce, `nonce=${nonce}`)).toBe(signature)
  })
})

describe('what is signed for kraken', () => {
  const request = { method: 'POST', query: [], queryString: 'ofs=50', now: 1_700_000_000_000 } as const
  const sign = () => createSign({ key: 'the-key', secret, passphrase: null })

  it('is a form that begins with the nonce, and the key is beside it', () => {
    const path = '/0/private/ClosedOrders'
    const body = 'nonce=1700000000000000&ofs=50'
    expect(sign()({ ...request, path })).toEqual({
      queryString: '',
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'API-Key': 'the-key',
        'API-Sign': signatureOf(secret, path, '1700000000000000', body),
      },
    })
  })

  it('has a nonce that grows though the clock stands still or goes back', () => {
    const signed = sign()
    const nonceOf = (now: number) => signed({ ...request, now, path: '/0/private/BalanceEx' }).body?.slice(6, 22)
    expect([request.now, request.now, request.now - 5_000, request.now + 1].map(nonceOf)).toEqual([
      '1700000000000000',
      '1700000000000001',
      '1700000000000002',
      '1700000000001000',
    ])
  })

  it('is a reading; everything else that Kraken offers is refused', () => {
    const signed = sign()
    const others = ['AddOrder', 'AddOrderBatch', 'AmendOrder', 'EditOrder', 'CancelOrder', 'CancelAll']
    const more = [
      'CancelAllOrdersAfter',
      'CancelOrderBatch',
      'Withdraw',
      'WithdrawCancel',
      'WalletTransfer',
      'AddExport',
    ]
    for (const path of [
      ...others,
      ...more,
      'Earn/Allocate',
      'CreateSubaccount',
      'AccountTransfer',
      'DepositAddresses',
      '',
    ])
      expect(() => signed({ ...request, path: `/0/private/${path}` })).toThrow('is no reading')
    for (const path of readingPaths) expect(() => signed({ ...request, path: `/0/private/${path}` })).not.toThrow()
    expect(
      readingPaths.filter(
        (path) =>
          !/^Get(ApiKeyInfo|WebSocketsToken)$|^(BalanceEx|QueryOrders|TradeVolume)$|(Orders|History|Status)$/.test(
            path,
          ),
      ),
    ).toEqual([])
  })

  it('is the only POST, made in one place', () => {
    const folder = join(import.meta.dirname, '../../../../src/main/exchanges/kraken')
    const posts = readdirSync(folder).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/method: '[A-Z]+'.*/g)].map(([line]) => `${file}: ${line}`),
    )
    expect(posts).toEqual(["account-lists.ts: method: 'POST', // of readingPaths only"])
  })
})
