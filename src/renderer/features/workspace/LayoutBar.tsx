import { useMemo } from 'react'
import { useStore } from 'zustand'
import { type LinkGroup, linkGroups } from '../../../shared/layouts.ts'
import { formatSymbol } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { isChanged, layoutNames } from '../../stores/desk.ts'
import { isPreset } from '../../stores/presets.ts'
import { Button, Keys, Select } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { LinkBadge } from './LinkBadge.tsx'
import { exportLayout } from './layoutFile.ts'
import { layoutTitle } from './layoutTitle.ts'
import { paneTitle } from './paneTitle.ts'

const t = textsOf('workspace')

/** Which layout stands on the desk, what can be done with it, and what the groups show. */
export function LayoutBar() {
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-panel px-3 py-1.5">
      <LayoutChoice />
      <Groups />
      <PanesInWindows />
    </div>
  )
}

const gone = ''

function LayoutChoice() {
  const { desk, shell } = useStores()
  const name = useStore(desk, (state) => state.name)
  const layouts = useStore(desk, (state) => state.layouts)
  const changed = useStore(desk, isChanged)
  const names = layoutNames({ layouts })
  const isThere = name !== null && names.includes(name)
  const own = isThere && !isPreset(name) ? name : null
  const { apply, show, saveAs } = desk.getState()
  const save = async () => {
    if (own === null) return show({ kind: 'saveAs' })
    const refused = await saveAs(own)
    shell.getState().tell(refused === null ? t('bar.saved', { name: own }) : t('bar.notSaved', { problem: refused }))
  }
  return (
    <>
      <Select<string>
        label={t('bar.layout')}
        data-testid="layout"
        className="w-44 font-semibold"
        value={isThere ? name : gone}
        options={[
          ...(!isThere ? [{ value: gone, text: t('bar.gone') }] : []),
          ...names.map((one) => ({ value: one, text: layoutTitle(one) })),
        ]}
        onChange={(next) => next !== gone && apply(next)}
      />
      <span className="w-16 text-2xs text-muted" data-testid="layout-changed" role="status">
        {changed ? t('bar.changed') : ''}
      </span>
      <Button data-testid="layout-save" disabled={!changed && own !== null} onClick={() => void save()}>
        {own === null ? t('bar.saveAs') : t('bar.save')}
      </Button>
      {own !== null && (
        <>
          <Button kind="quiet" onClick={() => show({ kind: 'saveAs' })}>
            {t('bar.saveAs')}
          </Button>
          <Button kind="quiet" onClick={() => show({ kind: 'rename', name: own })}>
            {t('bar.rename')}
          </Button>
          <Button kind="quiet" onClick={() => show({ kind: 'remove', name: own })}>
            {t('bar.delete')}
          </Button>
        </>
      )}
      {changed && isThere && (
        <Button kind="quiet" title={t('bar.putBackHint')} onClick={() => apply(name)}>
          {t('bar.putBack')}
        </Button>
      )}
      <Button kind="quiet" data-testid="layout-export" onClick={() => exportLayout(desk.getState())}>
        {t('bar.export')}
      </Button>
      <Button kind="quiet" data-testid="layout-import" onClick={() => show({ kind: 'import' })}>
        {t('bar.import')}
      </Button>
      <Button data-testid="pane-add" onClick={() => show({ kind: 'add', place: 'tab' })}>
        {t('bar.addPane')} <Keys>d n</Keys>
      </Button>
    </>
  )
}

const anySymbol = ''

/** The groups that panes of this desk belong to, and the symbol of each. */
function Groups() {
  const { desk } = useStores()
  const panes = useStore(desk, (state) => state.desk.panes)
  const used = useMemo(() => linkGroups.filter((group) => panes.some(({ link }) => link === group)), [panes])
  return (
    <div className="ml-auto flex items-center gap-2">
      {used.map((group) => (
        <GroupSymbol key={group} group={group} />
      ))}
    </div>
  )
}

function GroupSymbol({ group }: { readonly group: LinkGroup }) {
  const { desk, quotes } = useStores()
  const instruments = useStore(quotes, ({ table }) => table.instruments)
  const symbols = useMemo(() => [...new Set(instruments.map(({ symbol }) => symbol))], [instruments])
  const symbol = useStore(desk, ({ links, firstSymbol }) => links[group].symbol ?? firstSymbol) ?? anySymbol
  const known = symbols.includes(symbol) || symbol === anySymbol ? symbols : [symbol, ...symbols]
  return (
    <span className="flex items-center gap-1">
      <LinkBadge group={group} />
      <Select<string>
        label={t('bar.groupSymbol', { group })}
        data-testid={`group-${group}`}
        className="w-32"
        value={symbol}
        options={known.map((value) => ({ value, text: formatSymbol(value) }))}
        onChange={(next) => desk.getState().chooseInGroup(group, { symbol: next, exchange: null })}
      />
    </span>
  )
}

/** Panes in windows of their own come back from here, also when their window is lost. */
function PanesInWindows() {
  const { desk, windows } = useStores()
  const state = useStore(desk)
  const away = state.desk.panes.filter(({ id }) => state.desk.windows.includes(id))
  return away.map((pane) => (
    <Button
      key={pane.id}
      kind="quiet"
      data-testid={`back-${pane.id}`}
      title={t('bar.bringBackHint')}
      onClick={() => {
        windows.tell({ kind: 'close', id: pane.id })
        state.fromWindow(pane.id)
      }}
    >
      {t('bar.bringBack', { pane: paneTitle(pane, state) })}
    </Button>
  ))
}
