// The search field and a chip for each filter of the list of cascades. All of it is in the address; this only says what is
// to be there.
import type { ReactElement } from 'react';
import { useZone } from '../time/clock.ts';
import { FilterChips } from '../ui/FilterChips.tsx';
import { FilterEditor, type FilterEditorProps } from './FilterEditor.tsx';
import {
  filterLabels,
  filterNames,
  filtersIn,
  filterText,
  withFilter,
  withoutFilter,
  type CascadesSearch,
  type FilterName,
} from './filters.ts';
import { SearchField } from './SearchField.tsx';

function isEditable(name: FilterName): name is FilterEditorProps['name'] {
  return name !== 'errors' && name !== 'incomplete';
}

export function FilterBar(props: {
  search: CascadesSearch;
  onChange: (search: CascadesSearch) => void;
}): ReactElement {
  const { search, onChange } = props;
  const { zone } = useZone();
  const names = filtersIn(search);
  return (
    <div className="mx-4 mb-3 flex-none sm:mx-6">
      <FilterChips
        inForce={names.map((name) => ({ name, text: filterText(search, name, zone) }))}
        labels={filterLabels}
        offered={filterNames.filter((name) => name !== 'text' && !names.includes(name))}
        isEditable={isEditable}
        onAdd={(name) => onChange(withFilter(search, name, { [name]: true }))}
        onRemove={(name) => onChange(withoutFilter(search, name))}
        onRemoveAll={() => onChange({})}
        renderEditor={(name, close) =>
          isEditable(name) && (
            <FilterEditor
              name={name}
              search={search}
              onSet={(change) => {
                onChange(withFilter(search, name, change));
                close();
              }}
            />
          )
        }
      >
        <SearchField onFilter={(added) => onChange({ ...search, ...added })} />
      </FilterChips>
    </div>
  );
}
