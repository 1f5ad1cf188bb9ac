/**
 * SQL of a row of `transfers`: when it moved the balance. That is when it was last changed; where the exchange does not tell that (OKX,
 * Kraken, MEXC, some of Bybit's and HTX's), when one that had been pending was first heard to be completed, since a deposit may begin
 * long before it counts; of one that was never seen pending all that is known is when it began.
 */
export const transferTime = `coalesce(transfers.updated_at, max(transfers.created_at, (
  SELECT min(done.received_at) FROM transfer_events done WHERE done.transfer_row = transfers.id AND done.status = 'completed'
    AND EXISTS (SELECT 1 FROM transfer_events before
      WHERE before.transfer_row = done.transfer_row AND before.id < done.id AND before.status = 'pending')
)), transfers.created_at)`
