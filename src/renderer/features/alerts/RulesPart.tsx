import { useCallback, useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { AlertRule, AlertRuleStatus } from '../../../shared/alert-rules.ts'
import { textsOf } from '../../i18n.ts'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { Button, Empty, Keys } from '../../ui/controls.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { sortRows, type TableSort } from '../../ui/table.ts'
import { useNow } from '../../ui/useNow.ts'
import { RuleDialog } from './RuleDialog.tsx'
import { type RuleRow, ruleColumns } from './ruleColumns.tsx'
import { WebhookPanel } from './WebhookPanel.tsx'

const t = textsOf('alerts')

const statusEveryMs = 1_000
/** Of a rule, characters. */
const longestName = 60
const keyOf = ({ id }: RuleRow): string => id

/** How each rule stands, asked again while it is looked at. */
function useRuleStatus(): ReadonlyMap<string, AlertRuleStatus> {
  const { api } = useStores()
  const [statuses, setStatuses] = useState<ReadonlyMap<string, AlertRuleStatus>>(new Map())
  useEffect(() => {
    let isShown = true
    const ask = async () => {
      if (document.visibilityState !== 'visible') return
      const reply = await api.call('alerts.ruleStatus', {})
      if (isShown && reply.ok) setStatuses(new Map(reply.value.map((status) => [status.id, status])))
    }
    void ask()
    const timer = setInterval(() => void ask(), statusEveryMs)
    return () => {
      isShown = false
      clearInterval(timer)
    }
  }, [api])
  return statuses
}

type Edited = { readonly id: string | null; readonly rule: AlertRule | null }

/** The trader's own rules: a table, an editor with a back-test, and where alerts are posted to. */
export function RulesPart() {
  const { settings, shell } = useStores()
  const rules = useStore(settings, (state) => state.settings?.alerts.rules)
  const statuses = useRuleStatus()
  const now = useNow(60_000)
  const [sort, setSort] = useState<TableSort>({ by: 'name', descending: false })
  const [selected, setSelected] = useState<string | null>(null)
  const [edited, setEdited] = useState<Edited | null>(null)
  const [removed, setRemoved] = useState<RuleRow | null>(null)
  const toggle = useCallback(
    ({ id, rule }: RuleRow) =>
      void settings
        .getState()
        .update([{ path: ['alerts', 'rules', id, 'enabled'], value: !rule.enabled }])
        .then((problem) => {
          if (problem !== null) shell.getState().tell(problem)
        }),
    [settings, shell],
  )
  const columns = useMemo(() => ruleColumns(now, toggle), [now, toggle])
  const rows = useMemo(
    () =>
      sortRows(
        Object.entries(rules ?? {}).map(([id, rule]): RuleRow => ({ id, rule, status: statuses.get(id) ?? null })),
        columns,
        sort,
      ),
    [rules, statuses, columns, sort],
  )
  const row = rows.find(({ id }) => id === selected) ?? null
  const add = () => setEdited({ id: null, rule: null })
  const copy = ({ rule }: RuleRow) => {
    const name = t('rules.copyOf', { name: rule.name.slice(0, 55) }).slice(0, longestName)
    setEdited({ id: null, rule: { ...rule, name } })
  }
  const withSelected = (work: (one: RuleRow) => void) => () => {
    if (row !== null) work(row)
  }
  useScreenKeys([
    ['n', add],
    ['t', withSelected(toggle)],
    ['y', withSelected(copy)],
    ['Delete', withSelected(setRemoved)],
  ])
  return (
    <div className="flex h-full min-h-0 flex-col" data-testid="alert-rules">
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-panel px-3 py-1.5">
        <Button kind="primary" onClick={add} data-testid="rule-new">
          {t('rules.new')}
        </Button>
        <Button disabled={row === null} onClick={withSelected(({ id, rule }) => setEdited({ id, rule }))}>
          {t('rules.edit')} <Keys>Enter</Keys>
        </Button>
        <Button disabled={row === null} onClick={withSelected(copy)} data-testid="rule-copy">
          {t('rules.duplicate')} <Keys>y</Keys>
        </Button>
        <Button disabled={row === null} onClick={withSelected(toggle)}>
          {row?.rule.enabled === false ? t('rules.switchOn') : t('rules.switchOff')} <Keys>t</Keys>
        </Button>
        <Button kind="danger" disabled={row === null} onClick={withSelected(setRemoved)} data-testid="rule-remove">
          {t('rules.delete')} <Keys>Del</Keys>
        </Button>
        <span className="flex-1" />
        <span className="text-2xs text-muted">{t('rules.count', { count: rows.length })}</span>
      </div>
      <div className="flex min-h-0 flex-1 flex-col bg-panel">
        <DataTable<RuleRow>
          label={t('rules.table')}
          testId="rules-grid"
          columns={columns}
          rows={rows}
          keyOf={keyOf}
          sort={sort}
          onSort={setSort}
          minWidth={1_060}
          onSelect={({ id }) => setSelected(id)}
          onOpen={({ id, rule }) => setEdited({ id, rule })}
          rowClass={({ rule }) => (rule.enabled ? undefined : 'text-muted')}
          empty={
            rules === undefined ? (
              <Empty title={t('rules.loading')} busy />
            ) : (
              <Empty title={t('rules.emptyTitle')}>
                <p>{t('rules.emptyWhy')}</p>
                <Button kind="primary" onClick={add}>
                  {t('rules.new')} <Keys>n</Keys>
                </Button>
              </Empty>
            )
          }
        />
      </div>
      <WebhookPanel />
      {edited !== null && <RuleDialog id={edited.id} rule={edited.rule} onClose={() => setEdited(null)} />}
      {removed !== null && (
        <ConfirmDialog
          title={t('deletion.title', { name: removed.rule.name })}
          confirmText={t('deletion.confirm')}
          cancelText={t('deletion.cancel')}
          testId="rule-delete"
          onClose={() => setRemoved(null)}
          confirm={() => settings.getState().update([{ path: ['alerts', 'rules', removed.id], value: null }])}
        >
          <p>{t('deletion.why')}</p>
        </ConfirmDialog>
      )}
    </div>
  )
}
