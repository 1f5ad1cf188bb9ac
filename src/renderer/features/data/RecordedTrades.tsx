import { useStore } from 'zustand'
import { textsOf } from '../../i18n.ts'
import { normaliseSymbol } from '../../stores/export-form.ts'
import { Panel } from '../../ui/Panel.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { HeldBy, useHolder, useUpdate } from '../settings/fields.tsx'
import { SymbolChips } from './SymbolChips.tsx'

const t = textsOf('data')

const path = ['trades', 'record']

/** Symbols whose public trades go into the database: many rows, so none unless asked for. */
export function RecordedTrades({ symbols }: { readonly symbols: readonly string[] }) {
  const { quotes } = useStores()
  const instruments = useStore(quotes, ({ table }) => table.instruments)
  const holder = useHolder(path)
  const { update, problem, isBusy } = useUpdate()
  return (
    <Panel
      title={t('storage.trades.title')}
      testId="recorded-trades"
      end={
        <span className="text-2xs text-muted">
          {symbols.length === 0 ? t('storage.trades.none') : t('storage.trades.scope')}
        </span>
      }
    >
      <div className="flex flex-col gap-1.5 p-3">
        {holder !== null && (
          <p>
            <HeldBy holder={holder} />
          </p>
        )}
        <SymbolChips
          what="recordedSymbol"
          chosen={symbols}
          suggestions={[...new Set(instruments.map(({ symbol }) => symbol))].sort()}
          normalise={normaliseSymbol}
          placeholder={t('storage.trades.placeholder')}
          disabled={holder !== null || isBusy}
          onChange={(next) => void update([{ path, value: [...next] }])}
        />
        {problem !== null && (
          <p role="alert" className="text-down select-text">
            {problem}
          </p>
        )}
      </div>
    </Panel>
  )
}
