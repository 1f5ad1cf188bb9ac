import { useState } from 'react'
import type { AssetTransfer } from '../../../shared/assets.ts'
import type { SpreadDetail } from '../../../shared/spreads.ts'
import { exchangeTitle, type Tone } from '../../format/names.ts'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { DetailPart } from './DetailPart.tsx'

/** Networks open and close by the hour. */
const readEveryMs = 30_000

const tones: Readonly<Record<AssetTransfer['state'], Tone>> = { open: 'good', closed: 'bad', unknown: 'idle' }

/** Whether what is bought can be moved to where it is sold, and what it is sold for back. Nothing where nothing is moved. */
export function TransferPart({ detail }: { readonly detail: SpreadDetail }) {
  const buy = detail.buy.instrument
  const sell = detail.sell.instrument
  if (buy.exchange === sell.exchange || buy.kind !== 'spot' || sell.kind !== 'spot') return null
  return (
    <DetailPart title="Transfers">
      <TransferLine asset={buy.base} from={buy.exchange} to={sell.exchange} />
      <TransferLine asset={buy.quote} from={sell.exchange} to={buy.exchange} />
    </DetailPart>
  )
}

function TransferLine({ asset, from, to }: Pick<AssetTransfer, 'asset' | 'from' | 'to'>) {
  const { api } = useStores()
  const [transfer, setTransfer] = useState<AssetTransfer | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useOnLink(() => {
    void api.call('assets.transfer', { asset, from, to }).then((reply) => {
      setProblem(reply.ok ? null : reply.message)
      if (reply.ok) setTransfer(reply.value)
    })
  }, readEveryMs)
  return (
    <p data-testid={`transfer-${asset}`}>
      <StateMark tone={transfer === null ? 'idle' : tones[transfer.state]} />{' '}
      <span className="text-muted">
        {asset} {exchangeTitle(from)} → {exchangeTitle(to)}:
      </span>{' '}
      {problem ?? transfer?.words ?? '…'}
    </p>
  )
}
