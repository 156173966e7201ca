// A row's numbers over time in 74 x 18 px: the form, no figures. The last step is not over, and is drawn thinner.
import type { ReactElement } from 'react';

const width = 74;
const height = 18;

/** @param props.label what is counted, for those who do not see it */
export function Sparkline(props: { values: readonly number[]; label: string }): ReactElement {
  const { values, label } = props;
  const most = Math.max(1, ...values);
  const step = values.length < 2 ? 0 : width / (values.length - 1);
  const points = values.map((value, index) => {
    const x = index * step;
    const y = height - 1.5 - (value / most) * (height - 3);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg width={width} height={height} role="img" aria-label={label} className="block text-wire">
      <polyline
        points={points.slice(0, -1).join(' ')}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
      <polyline
        points={points.slice(-2).join(' ')}
        fill="none"
        stroke="currentColor"
        strokeWidth="1"
        strokeDasharray="2 2"
      />
    </svg>
  );
}
