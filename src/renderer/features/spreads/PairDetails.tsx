import { useState } from 'react'
import { Trans } from 'react-i18next'
import type { SpreadPair } from '../../../shared/domain/index.ts'
import type { SpreadDetail } from '../../../shared/spreads.ts'
import { formatSymbol } from '../../format/names.ts'
import { formatSignedPercent } from '../../format/number.ts'
import { verdictText } from '../../format/spread-words.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { CoinPanel } from './CoinPanel.tsx'
import { FeePart } from './FeePart.tsx'
import { FundingPart } from './FundingPart.tsx'
import { InventoryPanel } from './InventoryPanel.tsx'
import { LegTable } from './LegTable.tsx'
import { Route } from './OpportunityText.tsx'
import { SizeTable } from './SizeTable.tsx'
import { TransferPanel } from './TransferPanel.tsx'

const t = textsOf('spreads')

/** Two readings a second, ms: books move faster than anybody reads. */
const readEveryMs = 500

interface PairDetailsProps {
  readonly pair: SpreadPair
  onChart(): void
  onClose(): void
}

/** Everything that is known of one pair. Mounted anew for every pair (by key). */
export function PairDetails({ pair, onChart, onClose }: PairDetailsProps) {
  const { api, shell } = useStores()
  const [detail, setDetail] = useState<SpreadDetail | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useOnLink(() => {
    void api.call('spreads.detail', { index: pair.index }).then((reply) => {
      setProblem(reply.ok ? null : reply.message)
      if (reply.ok) setDetail(reply.value)
    })
  }, readEveryMs)
  useScreenKeys([['Escape', onClose]])
  return (
    <aside
      aria-label={t('details.label', { symbol: formatSymbol(pair.symbol) })}
      data-testid="pair-details"
      className="flex h-full min-h-0 flex-col border-l border-line bg-panel"
    >
      <header className="flex items-center gap-2 border-b border-line px-3 py-1.5">
        <div className="min-w-0 leading-tight">
          <h2 className="truncate font-semibold text-strong">{formatSymbol(pair.symbol)}</h2>
          <p className="truncate text-muted">
            <Route buy={pair.buy} sell={pair.sell} />
          </p>
        </div>
        <Button
          kind="quiet"
          className="ml-auto"
          title={t('details.historyHint')}
          data-testid="pair-history"
          onClick={() => shell.getState().openHistory(pair.buy, pair.sell)}
        >
          {t('details.history')}
        </Button>
        <Button kind="quiet" onClick={onChart}>
          {t('details.chart')}
        </Button>
        <Button kind="quiet" aria-label={t('details.close')} title={t('details.closeHint')} onClick={onClose}>
          ✕
        </Button>
      </header>
      {/* After a change of the watch list another pair may have its index. */}
      {detail === null || detail.buy.instrument.key !== pair.buy || detail.sell.instrument.key !== pair.sell ? (
        <Empty title={problem ?? t('details.loading')} busy={problem === null} />
      ) : (
        <div className="min-h-0 flex-1 overflow-y-auto">
          {problem !== null && <p className="px-3 py-1 text-down">{problem}</p>}
          <Verdict detail={detail} />
          <CoinPanel pair={pair} />
          <SizeTable detail={detail} />
          <InventoryPanel pair={pair} />
          <LegTable detail={detail} />
          <FundingPart detail={detail} />
          <FeePart detail={detail} />
          <TransferPanel detail={detail} />
        </div>
      )}
    </aside>
  )
}

function Verdict({ detail }: { readonly detail: SpreadDetail }) {
  const { text, tone, hint } = verdictText(detail.verdict, detail.netPercent)
  const { lowNetPercent, highNetPercent } = detail
  return (
    <div className="px-3 py-2" data-testid="pair-verdict">
      <p>
        <span className="font-semibold text-strong">
          <StateMark tone={tone} /> {text}
        </span>
        <span className="ml-2 text-muted">{hint}</span>
      </p>
      <p className="mt-1">
        <Trans
          t={t}
          i18nKey={lowNetPercent === null || highNetPercent === null ? 'details.net' : 'details.netBetween'}
          components={{
            net: <span className="font-semibold text-strong" />,
            range: <span className="text-muted" />,
          }}
          values={{
            net: formatSignedPercent(detail.netPercent),
            low: formatSignedPercent(lowNetPercent),
            high: formatSignedPercent(highNetPercent),
            gross: formatSignedPercent(detail.grossPercent),
          }}
        />
      </p>
      <p className="mt-1 text-2xs text-muted">{detail.standing}</p>
    </div>
  )
}
