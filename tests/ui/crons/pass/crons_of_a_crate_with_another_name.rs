//! Everything about crons through a path of one's own, and all that a list can have.

#![deny(warnings)]

mod renamed {
    pub use lunora as backend;
}

mod presence {
    use std::time::Duration;

    use crate::renamed::backend::{Crons, CronsError, Missed, MutationCtx, Result, Weekday, testing::TestApp};

    #[crate::renamed::backend::mutation(crate = crate::renamed::backend)]
    pub async fn sweep(_ctx: &mut MutationCtx, room: String) -> Result<()> {
        drop(room);
        Ok(())
    }

    #[crate::renamed::backend::crons(crate = crate::renamed::backend)]
    fn r#loop() -> Crons {
        let sweep = |room: &str| crate::api::presence::sweep(room.to_owned());
        Crons::new()
            .interval("a", Duration::from_secs(60), sweep("a"))
            .hourly("b", 5, sweep("b"))
            .daily("c", 9, 30, sweep("c"))
            .timezone("America/New_York")
            .weekly("d", Weekday::Monday, 9, 30, sweep("d"))
            .missed(Missed::CatchUp(3))
            .monthly("e", 31, 9, 30, sweep("e"))
            .retry(3, Duration::from_secs(1))
            .cron("f", crate::renamed::backend::cron!(crate = crate::renamed::backend, "0 9 * * MON"), sweep("f"))
    }

    pub fn opens() {
        let _error: Option<CronsError> = None;
        assert!(TestApp::new(crate::app()).is_ok());
    }
}

lunora::app! { crate = crate::renamed::backend; presence::{sweep, r#loop} }

fn main() {
    presence::opens();
}
