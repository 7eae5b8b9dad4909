/** The size of a batch is a question only where batches are sent. */
export function showBatchSizeForBatches(): void {
  const form = $('#node-input-form');
  const show = (): void => void $('.holdfast-batch').toggle(form.val() === 'batch');
  form.on('change', show);
  show();
}
