/** How an option of a test is entered: a number, two, several with commas, a text, one of a few words, or JSON in an editor of its own. */
export type TestField =
  | { readonly option: string; readonly kind: 'number' | 'span' | 'numbers' | 'text' | 'metric' | 'tag' | 'json' }
  | { readonly option: string; readonly kind: 'choice'; readonly choices: readonly string[] };

const field = (kind: Exclude<TestField['kind'], 'choice'>, ...options: string[]): TestField[] => options.map((option) => ({ option, kind }));
const choice = (option: string, ...choices: string[]): TestField => ({ option, kind: 'choice', choices });

const THRESHOLDS = field('number', 'suspectThreshold', 'failThreshold');
const METHOD = choice('method', 'wgs84', 'haversine');
const COORDINATES = field('metric', 'longitude', 'latitude');

/** What the dialog asks for each test, in its order. A test of the project compares this with what the tests take. */
export const TEST_FIELDS: Readonly<Record<string, readonly TestField[]>> = {
  gross_range_test: field('span', 'suspectSpan', 'failSpan'),
  spike_test: [...THRESHOLDS, choice('method', 'average', 'differential')],
  rate_of_change_test: THRESHOLDS,
  flat_line_test: [...THRESHOLDS, ...field('number', 'tolerance', 'interval', 'suspectCount', 'failCount')],
  attenuated_signal_test: [...THRESHOLDS, choice('checkType', 'std', 'range'), ...field('number', 'testPeriod', 'minObs', 'minPeriod', 'interval', 'maxReadings')],
  climatology_test: [...field('json', 'members'), ...field('metric', 'depthMetric')],
  multi_variate_test: [...field('number', 'threshold'), ...field('metric', 'otherMetric'), ...field('number', 'otherThreshold')],
  neighbor_test: [...field('tag', 'group'), ...field('number', 'threshold', 'neighborThreshold', 'window')],
  sentinel_test: [...field('numbers', 'values'), ...field('number', 'jump'), ...field('text', 'unit')],
  unit_change_test: [...field('text', 'unit'), ...field('number', 'jump', 'confirm', 'memory', 'adopt')],
  counter_reset_test: [choice('counter', 'detect', 'yes', 'no'), ...field('number', 'learn')],
  noise_level_test: field('number', 'suspectFactor', 'failFactor', 'quietFactor', 'window', 'memory'),
  quantization_test: field('number', 'suspectFactor', 'window', 'adopt'),
  duplicate_time_test: [],
  out_of_order_test: field('number', 'tolerance', 'settle'),
  gap_test: THRESHOLDS,
  data_reception_test: THRESHOLDS,
  impossible_date_test: [...field('number', 'ahead'), ...field('json', 'failSpan')],
  clock_drift_test: [...THRESHOLDS, ...field('number', 'driftSuspectThreshold', 'driftFailThreshold', 'window')],
  location_test: [...field('numbers', 'bbox'), ...field('number', 'rangeMax'), ...COORDINATES, METHOD],
  speed_test: [...THRESHOLDS, ...COORDINATES, METHOD],
};

/** The tests of samples: they have no metric. */
export const SAMPLE_TEST_NAMES: readonly string[] = ['gap_test', 'data_reception_test', 'impossible_date_test', 'clock_drift_test', 'location_test', 'speed_test'];
