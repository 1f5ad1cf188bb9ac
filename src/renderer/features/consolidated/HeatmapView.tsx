import { useCallback, useMemo, useRef, useState } from 'react'
import type { DepthHistoryStatus } from '../../../shared/depth-history.ts'
import type { Instrument } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'
import { formatDuration } from '../../format/time.ts'
import { Button, Empty, Keys, Select } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { HeatCanvas, type HeatCanvasHandle } from './HeatCanvas.tsx'
import { HeatLegend } from './HeatLegend.tsx'
import type { HeatPicture, HeatPoint } from './heatmap.ts'
import { firstView, type HeatView, panPrice, panTime, zoomPrice, zoomTime } from './heatView.ts'
import { readoutText } from './readout.ts'

interface HeatmapViewProps {
  /** Of one symbol. */
  readonly instruments: readonly Instrument[]
}

const all = 'all'
const statusEveryMs = 30_000
/** Of one press of a key. */
const panShare = 0.25
const zoomFactor = 1.5

/** What stood in the books over the last hours: of all exchanges added up, or of one. */
export function HeatmapView({ instruments }: HeatmapViewProps) {
  const { api } = useStores()
  const [status, setStatus] = useState<DepthHistoryStatus | string | null>(null)
  useOnLink(() => {
    void api.call('depth.status', {}).then((reply) => setStatus(reply.ok ? reply.value : reply.message))
  }, statusEveryMs)
  if (status === null) return <Empty title="Reading the depth of order books…" busy />
  if (typeof status === 'string') {
    return (
      <Empty title="The depth of order books cannot be read">
        <p>{status}</p>
      </Empty>
    )
  }
  if (status.columnMs === 0) {
    return (
      <Empty title="The depth of order books is not sampled">
        <p>It is switched off: depthHistory.enabled in crossbook.yaml.</p>
      </Empty>
    )
  }
  return <Heat instruments={instruments} status={status} />
}

function Heat({ instruments, status }: HeatmapViewProps & { readonly status: DepthHistoryStatus }) {
  const [exchange, setExchange] = useState<string>(all)
  const [view, setView] = useState<HeatView>(firstView)
  const [point, setPoint] = useState<HeatPoint | null>(null)
  const [picture, setPicture] = useState<HeatPicture | null>(null)
  const canvas = useRef<HeatCanvasHandle>(null)
  const shown = useMemo(
    () => instruments.filter((instrument) => exchange === all || instrument.exchange === exchange),
    [instruments, exchange],
  )
  const market = picture?.market ?? Number.NaN
  // While it goes along with now the right edge stays where it is, else the moment under the pointer, or the middle.
  const zoom = useCallback(
    (factor: number) =>
      setView((now) =>
        zoomTime(now, factor, now.end === null ? 1 : (canvas.current?.pointerShare() ?? 0.5), Date.now()),
      ),
    [],
  )
  const pan = (share: number) => setView((now) => panTime(now, share, Date.now()))
  const lift = (share: number) => setView((now) => (Number.isNaN(market) ? now : panPrice(now, share, market)))
  const choices = [all, ...instruments.map((instrument) => instrument.exchange)]
  const next = () => setExchange(choices[(choices.indexOf(exchange) + 1) % choices.length] ?? all)
  useScreenKeys([
    ['ArrowLeft', () => pan(-panShare)],
    ['ArrowRight', () => pan(panShare)],
    ['ArrowUp', () => lift(panShare)],
    ['ArrowDown', () => lift(-panShare)],
    ['+', () => zoom(1 / zoomFactor)],
    ['=', () => zoom(1 / zoomFactor)],
    ['-', () => zoom(zoomFactor)],
    ['PageUp', () => setView((now) => zoomPrice(now, 1 / zoomFactor))],
    ['PageDown', () => setView((now) => zoomPrice(now, zoomFactor))],
    ['End', () => setView((now) => ({ ...now, end: null, price: null }))],
    ['x', next],
  ])
  const [first] = instruments
  if (first === undefined) return null
  const isAway = view.end !== null || view.price !== null
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        <Select<string>
          label="Exchange"
          data-testid="heat-exchange"
          value={exchange}
          options={choices.map((value) => ({
            value,
            text: value === all ? `All ${instruments.length} exchanges` : exchangeTitle(value),
          }))}
          onChange={setExchange}
        />
        <Keys>x</Keys>
        <Button aria-label="Less time" onClick={() => zoom(1 / zoomFactor)}>
          +
        </Button>
        <Button aria-label="More time" onClick={() => zoom(zoomFactor)}>
          −
        </Button>
        <span className="text-muted" data-testid="heat-span">
          {formatDuration(view.spanMs)}
        </span>
        <Button
          disabled={!isAway}
          onClick={() => setView((now) => ({ ...now, end: null, price: null }))}
          data-testid="heat-now"
        >
          Now
        </Button>
        <Keys>End</Keys>
        <span className="ml-auto flex items-center gap-3">
          <HeatLegend range={picture?.range ?? null} base={first.base} />
        </span>
      </div>
      <HeatCanvas
        ref={canvas}
        instruments={shown}
        sampleMs={status.columnMs}
        view={view}
        onView={setView}
        onPoint={setPoint}
        onPicture={setPicture}
      />
      <footer className="flex min-h-7 shrink-0 flex-wrap items-center gap-x-4 border-t border-line px-3 py-1 text-2xs text-muted select-text">
        <span data-testid="heat-readout" className="text-text">
          {point === null ? 'Point at the picture to read it' : readoutText(point, shown, first)}
        </span>
        <span className="ml-auto flex gap-4">
          {picture?.isReading && <span role="status">reading…</span>}
          {picture?.problem != null && <span className="text-warn">◐ {picture.problem}</span>}
          {(picture?.unreadable ?? 0) > 0 && (
            <span className="text-warn">◐ {picture?.unreadable} stored parts are damaged: holes</span>
          )}
          <span>▨ not sampled: no live book, or Crossbook did not run</span>
          <span>blank: not known so far out</span>
          {shown.length > 1 && <span>orange edge: not every book was live</span>}
          <span>white: best bid, dashed: best ask</span>
        </span>
      </footer>
    </div>
  )
}
