import { useState } from 'react'
import type { FeeInForce } from '../../../shared/assets.ts'
import type { SpreadDetail } from '../../../shared/spreads.ts'
import { formatFee } from '../../format/account-words.ts'
import { exchangeTitle } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { DetailPart } from './DetailPart.tsx'

const t = textsOf('spreads')

/** Accounts are asked for their fees every few hours. */
const readEveryMs = 30_000

function sourceWords({ source, label }: FeeInForce): string {
  if (source === 'account') return t('fees.source.account', { account: label ?? '' })
  return t(`fees.source.${source}`)
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
    <DetailPart title={t('fees.title')}>
      {[detail.buy, detail.sell].map(({ instrument }) => {
        const fee = fees.find((one) => one.instrument === instrument.key)
        if (fee === undefined) return null
        return (
          <p key={instrument.key} data-testid={`fee-${instrument.exchange}`}>
            <span className="text-muted">
              {t(`fees.${instrument.kind}`, { exchange: exchangeTitle(instrument.exchange) })}
            </span>{' '}
            <span className="text-strong tabular-nums">{formatFee(fee.taker)}</span>{' '}
            <span className="text-muted">{sourceWords(fee)}</span>
          </p>
        )
      })}
    </DetailPart>
  )
}
