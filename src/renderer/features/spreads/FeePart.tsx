import { useState } from 'react'
import type { FeeInForce } from '../../../shared/assets.ts'
import type { SpreadDetail } from '../../../shared/spreads.ts'
import { formatFee } from '../../format/account-words.ts'
import { exchangeTitle } from '../../format/names.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { DetailPart } from './DetailPart.tsx'

/** Accounts are asked for their fees every few hours. */
const readEveryMs = 30_000

function sourceWords({ source, label }: FeeInForce): string {
  if (source === 'settings') return 'from Settings'
  if (source === 'account') return `what account ${label ?? ''} pays`
  return "the exchange's standard, since no account tells its own"
}

/** Which taker fees the pair is computed with, and whose they are. */
export function FeePart({ detail }: { readonly detail: SpreadDetail }) {
  const { api } = useStores()
  const [fees, setFees] = useState<readonly FeeInForce[]>([])
  const keys = [detail.buy.instrument.key, detail.sell.instrument.key]
  useOnLink(() => {
    void api.call('fees.inForce', { instruments: keys }).then((reply) => {
      if (reply.ok) setFees(reply.value)
    })
  }, readEveryMs)
  if (fees.length === 0) return null
  return (
    <DetailPart title="Taker fees">
      {[detail.buy, detail.sell].map(({ instrument }) => {
        const fee = fees.find((one) => one.instrument === instrument.key)
        if (fee === undefined) return null
        return (
          <p key={instrument.key} data-testid={`fee-${instrument.exchange}`}>
            <span className="text-muted">
              {exchangeTitle(instrument.exchange)}, {instrument.kind}
            </span>{' '}
            <span className="text-strong tabular-nums">{formatFee(fee.taker)}</span>{' '}
            <span className="text-muted">{sourceWords(fee)}</span>
          </p>
        )
      })}
    </DetailPart>
  )
}
