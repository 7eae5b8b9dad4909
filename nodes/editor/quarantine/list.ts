import type { QuarantineSummary, ReleaseProgress } from '../../../core/quarantine/quarantine.ts';
import type { ShownPage } from '../../../core/quarantine/review/shown-page.ts';
import type { CheckAnswer, Verdict } from '../../../core/quarantine/review/verdict.ts';
import { OUTCOMES } from '../../../core/quarantine/review/verdict.ts';
import { ask, sentence } from '../ask.ts';
import { repeatWhileOpen } from '../repeat.ts';
import { shownBytes } from '../shown-bytes.ts';
import { shownTime } from '../shown-time.ts';
import { shownNumber, textsOf } from '../texts.ts';
import { FACETS, meant, queryOf } from './choice.ts';
import type { Choice, Facet, Meant } from './choice.ts';
import { download } from './download.ts';
import { dropQuestion } from './drop-question.ts';
import { facetButtons } from './facets.ts';
import { progressDisplay } from './release-progress.ts';
import { addListStyle } from './style.ts';
import { entryTable } from './table.ts';
import { entriesInWords, words } from './words.ts';

const REFRESH = 2_000;
const PAGE = { first: 10, more: 25 };
const MOST_SHOWN = 200;
const MOST_CHECKED = 100;

export interface ListOptions {
  /** The id of the backend to ask; empty: none. */
  backend: () => string;
  /** What the list shows at first. */
  choice?: Choice;
}

export interface QuarantineList {
  /** Shows something else. */
  choose(choice: Choice): void;
}

/** Fills an element with what waits in quarantine: counts to filter by, the entries, and what a person can do with them. It follows what comes while it is seen. */
export function openQuarantineList(element: JQuery, { backend, choice: given = {} }: ListOptions): QuarantineList {
  addListStyle();
  const choice: Choice = { ...given };
  const unfoldedFacets = new Set<Facet>();
  const verdicts = new Map<number, Verdict>();
  const state = { selected: new Set<number>(), unfolded: new Set<number>(), verdicts };
  let limit = PAGE.first;
  let summary: QuarantineSummary | undefined;
  let page: ShownPage = { entries: [], count: 0 };
  let shown = '';
  let running: Partial<ReleaseProgress> | undefined;
  let isBusy = false;
  let isAsking = false;
  /** What is chosen is not what is shown yet. */
  let isStale = true;
  /** What `page` is the answer to. */
  let fetched = '';

  const head = $('<p class="holdfast-hint">');
  const facets = $('<div class="holdfast-counted">');
  const actions = $('<div class="holdfast-entry-actions" role="toolbar">').attr('aria-label', words('actions'));
  const problem = $('<p class="holdfast-problem" role="alert">');
  const said = $('<p class="holdfast-hint" role="status">');
  const entries = $('<div class="holdfast-entry-list">');
  const content = $('<div>');
  const away = $('<p class="holdfast-problem" role="alert">');
  const path = (rest: string): string => `holdfast-backend/${backend()}/quarantine${rest}`;

  const button = (name: string, icon: string, click: () => void): JQuery =>
    $('<button type="button" class="red-ui-button">').attr('data-action', name).append($('<i aria-hidden="true">').addClass(`fa ${icon}`), ' ', $('<span>').text(words(`${name}.all`, { count: 0 }))).on('click', click).appendTo(actions);
  const now = (): Meant => meant({ choice, selected: state.selected, count: page.count, newest: page.entries[0]?.id ?? 0 });
  /** Does one thing at a time, and says in words how it ended. */
  const attempt = async (work: () => Promise<string>): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    problem.text('');
    render();
    try {
      said.text(await work());
    } catch (error) {
      said.text('');
      problem.text(sentence(error));
    }
    isBusy = false;
    await refresh();
  };

  const check = button('check', 'fa-check-square-o', () => void attempt(async () => {
    const { filter } = now();
    const answer = await ask<CheckAnswer>('POST', path('/check'), { filter, limit: MOST_CHECKED });
    for (const verdict of answer.verdicts) verdicts.set(verdict.id, verdict);
    shown = '';
    return checkedInWords(answer);
  }));
  const release = button('release', 'fa-sign-in', () => void attempt(async () => {
    const { filter } = now();
    progress.show(await ask<ReleaseProgress>('POST', path('/release'), { filter }));
    state.selected.clear();
    return '';
  }));
  const drop = button('drop', 'fa-trash', () => {
    said.text('');
    isAsking = true;
    render();
    question.ask(now());
    RED.tray.resize();
  });
  const save = button('export', 'fa-download', () => void attempt(async () => {
    const { filter, inWords } = now();
    const { ids, ...rest } = filter;
    await download(path(`/export?${queryOf({ ...rest, ...(ids && { ids: ids.join(',') }) })}`), 'quarantine.jsonl');
    return words('exported', { what: inWords });
  }));
  const progress = progressDisplay(() => void ask<ReleaseProgress>('DELETE', path('/release')).then(refresh, (error: unknown) => problem.text(sentence(error))));
  const question = dropQuestion({
    agreed: ({ filter, count }) => void attempt(async () => {
      const { dropped } = await ask<{ dropped: number }>('POST', path('/drop'), { filter, expected: count });
      state.selected.clear();
      return words('drop.done', { entries: entriesInWords(dropped) });
    }),
    closed() {
      isAsking = false;
      render();
      drop.trigger('focus');
      RED.tray.resize();
    },
  });

  const changed = (): void => {
    shown = '';
    render();
  };
  const filtered = (): void => {
    state.selected.clear();
    state.unfolded.clear();
    limit = PAGE.first;
    isStale = true;
    changed();
    void refresh();
  };

  function render(): void {
    const isRunning = running?.state === 'running';
    const { count } = now();
    const which = state.selected.size > 0 ? 'selected' : 'all';
    const values = { count: shownNumber(count) };
    check.find('span').text(words(`check.${which}`, values));
    release.find('span').text(words(`release.${which}`, values));
    drop.find('span').text(words(`drop.${which}`, values));
    save.find('span').text(words(`export.${which}`, values));
    actions.children().prop('disabled', isBusy || isStale || count === 0);
    if (isRunning) release.prop('disabled', true);
    actions.toggle(count > 0 && !isAsking);
    if (shown === (shown = JSON.stringify([summary, page, [...state.selected], [...state.unfolded], [...unfoldedFacets], choice, [...verdicts.keys()]]))) return;
    const focused = $(document.activeElement ?? []).attr('data-focus');
    head.text(summary ? summaryInWords(summary) : '');
    facets.empty().append(summary ? facetButtons(summary, choice, unfoldedFacets, filtered) : []);
    entries.empty().append(page.entries.length === 0 ? $('<p>').text(words(Object.keys(choice).length > 0 ? 'noneMatches' : 'empty')) : entryTable(page.entries, state, changed), moreButton());
    // What was made anew has lost the focus.
    if (focused !== undefined) element.find('[data-focus]').filter((_, one) => $(one).attr('data-focus') === focused).first().trigger('focus');
    RED.tray.resize();
  }

  function moreButton(): JQuery | string {
    if (page.next === undefined) return '';
    if (limit >= MOST_SHOWN) return $('<p class="holdfast-hint">').text(words('onlyNewest', { count: shownNumber(page.entries.length) }));
    return $('<button type="button" class="red-ui-button red-ui-button-small" data-focus="more">').text(words('more')).on('click', () => {
      limit += PAGE.more;
      void refresh();
    });
  }

  async function refresh(): Promise<void> {
    const id = backend();
    content.toggle(id !== '' && id !== '_ADD_');
    if (id === '' || id === '_ADD_') return;
    try {
      const [newSummary, released] = await Promise.all([ask<QuarantineSummary>('GET', path('/summary')), ask<Partial<ReleaseProgress>>('GET', path('/release'))]);
      const wanted = JSON.stringify([id, query(), newSummary]);
      const newPage = wanted === fetched ? page : await ask<ShownPage>('GET', path(`?${query()}`));
      // Who has chosen something else meanwhile waits for the answer to that.
      if (id !== backend() || wanted !== JSON.stringify([id, query(), newSummary])) return;
      [fetched, page, summary, running, isStale] = [wanted, newPage, newSummary, released, false];
      forgetGone();
      progress.show(released);
      away.text('');
      render();
    } catch (error) {
      away.text(sentence(error));
      content.hide();
      RED.tray.resize();
    }
  }

  /** While something is ticked or open, what comes newly does not push it away. */
  function query(): string {
    const isHeld = state.selected.size + state.unfolded.size > 0;
    return queryOf({ ...choice, limit, ...(isHeld && { upTo: page.entries[0]?.id }) });
  }

  /** What is no longer among the entries shown can be neither ticked nor open. */
  function forgetGone(): void {
    const there = new Set(page.entries.map(({ id }) => id));
    for (const set of [state.selected, state.unfolded]) for (const id of set) if (!there.has(id)) set.delete(id);
    for (const id of verdicts.keys()) if (!there.has(id)) verdicts.delete(id);
  }

  element.append(away, content.append(head, facets, actions, question.element, progress.element, problem, said, entries));
  repeatWhileOpen(entries, REFRESH, async () => {
    // Nobody looks at it in another tab.
    if (shown === '' || element.is(':visible')) await refresh();
  });
  return {
    choose(other) {
      for (const facet of FACETS) delete choice[facet];
      Object.assign(choice, other);
      filtered();
    },
  };
}

function summaryInWords({ waiting, bytes, oldest, released, dropped, lost }: QuarantineSummary): string {
  const waits = waiting === 0 ? '' : words('summary', { waiting: shownNumber(waiting), bytes: shownBytes(textsOf('holdfast-backend'), bytes), oldest: oldest === undefined ? '' : shownTime(oldest) });
  const former = released + dropped + lost === 0 ? '' : words('former', { released: shownNumber(released), dropped: shownNumber(dropped), lost: shownNumber(lost) });
  return [waits, former].filter((text) => text !== '').join(' ');
}

function checkedInWords({ verdicts, counts }: CheckAnswer): string {
  const parts = OUTCOMES.filter((outcome) => counts[outcome] > 0).map((outcome) => `${words(`outcome.${outcome}`)}: ${shownNumber(counts[outcome])}`);
  return words('check.done', { count: shownNumber(verdicts.length), outcomes: parts.join(', ') });
}
