//! Indexes, scans and own writes against a naive model.

use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

use super::{
    fixture::{any_items, begin},
    history::operation,
    model::{Model, run},
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Every fifth operation begins a new transaction, so that scans meet stored documents and own ones.
    #[test]
    fn operations_do_what_a_map_does(seed: u64, length in 1_usize..60) {
        let mut random = StdRng::seed_from_u64(seed);
        let database = any_items();
        let (mut model, mut ids, mut model_ids) = (Model::default(), Vec::new(), Vec::new());
        let mut transaction = begin(&database);
        for at in 0..length {
            if at % 5 == 4 {
                database.commit(std::mem::replace(&mut transaction, begin(&database))).unwrap();
                transaction = begin(&database);
            }
            let operation = operation(&mut random);
            let seen = run(&mut transaction, &operation, &mut ids);
            let expected = model.repeat(&operation, &seen, &mut model_ids);
            prop_assert_eq!(seen, expected, "{:?}", operation);
        }
        database.commit(transaction).unwrap();
        let report = database.check(|_| ()).unwrap();
        prop_assert!(report.is_clean(), "{}", report);
    }
}
